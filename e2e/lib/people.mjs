// Somebody who has registered at one of the demo's doors, in a browser of their own.

/** A valid resident ID number (GB 11643-1999) for a body of 17 digits. */
export function idNumber(body) {
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const sum = weights.reduce((total, weight, at) => total + weight * Number(body[at]), 0);
  return body + '10X98765432'[sum % 11];
}

/** The last code that the console provider showed for a number, once there are `count` of them. */
export async function smsCode(server, phone, count = 1) {
  const masked = `${phone.slice(0, 3)}\\*\\*\\*\\*${phone.slice(7)}`;
  const shown = new RegExp(`短信验证码 (\\d{6})（${masked}）`, 'g');
  for (let tries = 0; tries < 100; tries += 1) {
    const all = [...server.output().matchAll(shown)];
    if (all.length >= count) return all.at(-1)[1];
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('no code was shown');
}

/** A phone whose owner has registered and entered at one of the demo's doors, not the duty screen's. */
export async function registered(ctx, server, { name, body, phone, expect_errors = [] }) {
  const page = await ctx.newPage({ width: 360, height: 740, expect_errors });
  await page.goto([...server.output().matchAll(/http\S+\/c\/[a-z2-7]{16}/g)].at(-1)[0]);
  await page.getByLabel('姓名').fill(name);
  await page.getByLabel('证件号码').fill(idNumber(body));
  await page.getByLabel('手机号码').fill(phone);
  await page.getByRole('button', { name: '获取验证码' }).click();
  await page.getByText('验证码已发送').waitFor();
  await page.getByLabel('短信验证码').fill(await smsCode(server, phone));
  await page.getByLabel('我已阅读并同意').check();
  await page.getByRole('button', { name: '提交并登记进入' }).click();
  await page.getByRole('heading', { name: '登记成功' }).waitFor();
  return page;
}
