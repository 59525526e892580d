// Registering with what people really type: nothing typed is lost, and nobody gets in as somebody else.

import assert from 'node:assert/strict';
import { code, demonstration, fill, idNumber, register } from '../lib/visitors.mjs';

const demo = demonstration();

const REFUSED = { expect_errors: [/status of 4\d\d/] };

export default [
  {
    name: 'bad numbers and names are said beside their field and everything typed stays',
    async run(ctx) {
      const { server, url } = await demo(ctx);
      const page = await ctx.newPage({ width: 360, height: 740, ...REFUSED });
      await page.goto(url);
      const phone = '15500005701';
      const typed = { name: '阿依古丽•买买提', id: idNumber('34120219900230001'), phone };
      await fill(page, typed);
      const sms = await code(server, page, phone);
      await page.getByLabel('短信验证码').fill(sms);
      for (const [label, wrong, says] of [
        ['证件号码', typed.id, '出生日期不存在'],
        ['证件号码', '1101051949123100', '应为 18 位'],
        ['证件号码', '110105194912310021', '校验不符'],
        ['姓名', '张3', '不能有数字'],
        ['姓名', '张😀', '表情符号'],
      ]) {
        await page.getByLabel(label).fill(wrong);
        await page.getByRole('button', { name: '提交并登记进入' }).click();
        await page.getByText(says).first().waitFor();
        assert.equal(await page.getByLabel('手机号码').inputValue(), phone);
        assert.equal(await page.getByLabel('短信验证码').inputValue(), sms);
        assert.equal(await page.getByLabel(label).inputValue(), wrong);
        assert.ok(await page.getByLabel('我已阅读并同意').isChecked());
        if (says === '表情符号') await ctx.shot(page, 'name-refused');
      }
      await page.getByLabel('姓名').fill('阿依古丽•买买提');
      await page.getByLabel('证件号码').fill('　１１０１０５ 1949１２３１ 00２ｘ ');
      await page.getByRole('button', { name: '提交并登记进入' }).click();
      await page.getByRole('heading', { name: '登记成功' }).waitFor();
      await page.getByText('阿***提').first().waitFor();
    },
  },
  {
    name: 'large text and the other language keep a form that is half filled in, also after a code was sent',
    async run(ctx) {
      const { server, url } = await demo(ctx);
      const page = await ctx.newPage({ width: 360, height: 740, ...REFUSED });
      await page.goto(url);
      const typed = { name: '阿依古丽•买买提', id: idNumber('34120219900203001'), phone: '15500005709' };
      await fill(page, typed);
      const kept = async (name, number) => {
        assert.equal(await page.getByLabel(name, { exact: true }).inputValue(), typed.name);
        assert.equal(await page.getByLabel(number, { exact: true }).inputValue(), typed.id);
      };
      await page.getByRole('link', { name: '关怀版 大字' }).click();
      await page.locator('html.large').waitFor();
      await kept('姓名', '证件号码');
      await ctx.shot(page, 'half-filled-large');
      const sms = await code(server, page, typed.phone);
      await page.getByLabel('短信验证码').fill(sms);
      await page.getByRole('link', { name: 'English' }).click();
      await page.locator('html[lang=en].large').waitFor();
      await kept('Name', 'Document number');
      await ctx.shot(page, 'half-filled-english');
      await page.getByRole('link', { name: '中文' }).click();
      await page.locator('html[lang=zh-CN]').waitFor();
      assert.equal(await page.getByLabel('短信验证码').inputValue(), sms);
      await page.getByRole('button', { name: '提交并登记进入' }).click();
      await page.getByRole('heading', { name: '登记成功' }).waitFor();
    },
  },
  {
    name: 'a child is told that a guardian does it, a passport asks for the age',
    async run(ctx) {
      const { url } = await demo(ctx);
      const page = await ctx.newPage({ width: 360, height: 740, ...REFUSED });
      await page.goto(url);
      await fill(page, { name: '李小小', id: idNumber('34990120200101001'), phone: '15500005702' });
      await page.getByLabel('短信验证码').fill('123456');
      await page.getByRole('button', { name: '提交并登记进入' }).click();
      await page.getByText('未满 14 周岁不能自己登记').first().waitFor();
      await ctx.shot(page, 'child');
      await page.getByLabel('证件类型').selectOption('passport');
      await page.getByLabel('我已满 14 周岁').waitFor();
      await page.getByLabel('证件号码').fill('E12345678');
      await page.getByRole('button', { name: '提交并登记进入' }).click();
      await page.getByText('请确认已满 14 周岁').first().waitFor();
      assert.equal(await page.getByLabel('姓名').inputValue(), '李小小');
    },
  },
  {
    name: 'a name that is not that of the document is refused and can be put right with the same code',
    async run(ctx) {
      const { server, url } = await demo(ctx);
      const page = await ctx.newPage({ width: 360, height: 740, ...REFUSED });
      await page.goto(url);
      const who = { name: '不一致', id: idNumber('34990119900307571'), phone: '15500005703' };
      await fill(page, who);
      await page.getByLabel('短信验证码').fill(await code(server, page, who.phone));
      await page.getByRole('button', { name: '提交并登记进入' }).click();
      await page.getByText('姓名与证件号码不一致').first().waitFor();
      await ctx.shot(page, 'differs');
      await page.getByLabel('姓名').fill('孟晓舟');
      await page.getByRole('button', { name: '提交并登记进入' }).click();
      await page.getByRole('heading', { name: '登记成功' }).waitFor();
    },
  },
  {
    name: 'a flood of codes is refused with words, and a phone whose clock is a day off registers',
    async run(ctx) {
      const { server, url } = await demo(ctx);
      for (const days of [-1, 1]) {
        const page = await ctx.newPage({ width: 360, height: 740, ...REFUSED });
        await page.addInitScript((off) => {
          const real = Date.now.bind(Date);
          Date.now = () => real() + off;
        }, days * 86_400_000);
        await page.goto(url);
        const phone = `1550000571${days + 1}`;
        await register(server, page, { name: '钱小时', id: idNumber(`3499011990030758${days + 1}`), phone });
        const other = await ctx.newPage({ width: 360, height: 740, ...REFUSED });
        await other.goto(url);
        await other.getByLabel('姓名').fill('钱小时');
        await other.getByLabel('手机号码').fill(phone);
        await other.getByRole('button', { name: '获取验证码' }).click();
        // The code was used, so that another one may be asked for; then none for a minute.
        await other.getByText('验证码已发送').waitFor();
        const third = await ctx.newPage({ width: 360, height: 740, ...REFUSED });
        await third.goto(url);
        await third.getByLabel('姓名').fill('钱小时');
        await third.getByLabel('手机号码').fill(phone);
        await third.getByRole('button', { name: '获取验证码' }).click();
        await third.getByText('验证码刚刚发过').waitFor();
        assert.equal(await third.getByLabel('姓名').inputValue(), '钱小时');
      }
    },
  },
];
