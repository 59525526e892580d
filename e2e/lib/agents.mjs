// What the apps say they are.

export const AGENTS = {
  微信: 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.49(0x18003133) NetType/WIFI Language/zh_CN',
  支付宝: 'Mozilla/5.0 (Linux; U; Android 14; zh-CN) AppleWebKit/537.36 Chrome/100.0 Mobile Safari/537.36 AliApp(AP/10.5.90) AlipayClient/10.5.90.8100 Language/zh-Hans',
  云闪付: 'Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/110.0 Mobile Safari/537.36/sa-sdk-ios (com.unionpay.chsp) (cordova 4.5.4) (updebug 0) (version 1013)',
};

/** A web view of Android, and the browser of a phone: 皖事通 has no mark of its own. */
export const WEB_VIEW = 'Mozilla/5.0 (Linux; Android 14; V2254A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/110.0 Mobile Safari/537.36';
export const PLAIN = 'Mozilla/5.0 (Linux; Android 14; V2254A) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/110.0 Mobile Safari/537.36';

/**
 * The script bridge of 皖事通 in every page that is opened from now on: who uses the app is a token of
 * the stand-in, a new one each time it is asked. The returned count says how often it was asked.
 */
export async function bridge(page, standIn, who, mood) {
  const asked = { times: 0 };
  await page.exposeFunction('tokenOfCroods', async () => {
    asked.times += 1;
    if (mood === 'declined') return null;
    const answer = await fetch(`${standIn}/uccp-server/bridge-token?who=${who}&mood=${mood}`);
    return (await answer.json()).token;
  });
  await page.addInitScript(() => {
    window.croods = {
      async customPlugin({ action, success, fail }) {
        const token = action === 'UserPlugin.login' ? await window.tokenOfCroods() : null;
        if (token) success({ token });
        else fail({ code: -1 });
      },
    };
  });
  return asked;
}
