// What the apps say they are.

export const AGENTS = {
  微信: 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.49(0x18003133) NetType/WIFI Language/zh_CN',
  支付宝: 'Mozilla/5.0 (Linux; U; Android 14; zh-CN) AppleWebKit/537.36 Chrome/100.0 Mobile Safari/537.36 AliApp(AP/10.5.90) AlipayClient/10.5.90.8100 Language/zh-Hans',
  云闪付: 'Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/110.0 Mobile Safari/537.36/sa-sdk-ios (com.unionpay.chsp) (cordova 4.5.4) (updebug 0) (version 1013)',
};
