// The tree of categories: a kind of place that the notice does not name is added, offered to managers
// at once, and put out of use again.

import assert from 'node:assert/strict';
import { lookAt } from '../lib/looks.mjs';

const SIZES = [[360, 740], [768, 1024], [1440, 900]];

async function signIn(ctx, link) {
  const page = await ctx.newPage({ width: 1440, height: 900 });
  await page.goto(link);
  await page.getByRole('button', { name: '登录' }).click();
  await page.getByRole('button', { name: '退出', exact: true }).waitFor();
  return page;
}

/** A group of its own, which is then called something else. */
async function groups(ctx, page) {
  await page.getByRole('link', { name: '新增类别组' }).click();
  await page.getByRole('button', { name: '保存' }).click();
  await page.locator('#name-wrong').waitFor();
  await page.getByLabel('名称').fill('临时场所');
  await page.getByRole('button', { name: '保存' }).click();
  await page.getByText('已保存，立即生效。').waitFor();
  await page.locator('section', { hasText: '临时场所' }).getByRole('link', { name: '改名' }).click();
  await lookAt(ctx, page, 'group', SIZES);
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.getByLabel('名称').fill('临时活动场所');
  await page.getByRole('button', { name: '保存' }).click();
  await page.getByText('临时活动场所').first().waitFor();
}

export default [
  {
    name: 'a kind of place is added, chosen, renamed and put out of use',
    async run(ctx) {
      const server = await ctx.startServer({ args: ['demo'] });
      const links = server.output().match(/http\S+\/sign-in\/\S+/g);
      const manager = await signIn(ctx, links[0]);
      let administrator;
      for (const link of links.slice(1)) {
        const page = await signIn(ctx, link);
        if (new URL(page.url()).pathname === '/accounts') { administrator = page; break; }
        await page.context().close();
      }
      assert.ok(administrator, 'one of the links is the administrator\'s');
      administrator.expectErrors(/status of 4(09|22)/);
      await administrator.getByRole('link', { name: '场所类别' }).click();
      await lookAt(ctx, administrator, 'tree', SIZES);
      await administrator.setViewportSize({ width: 1440, height: 900 });
      const group = administrator.locator('section', { hasText: '各类经营场所' });
      await group.getByRole('link', { name: '新增类别' }).click();
      await administrator.getByLabel('名称').fill('医院');
      await administrator.getByLabel('通常停留').fill('很久');
      await administrator.getByRole('button', { name: '保存' }).click();
      await administrator.getByText('请填写分钟数').first().waitFor();
      assert.equal(await administrator.getByLabel('名称').inputValue(), '医院', 'nothing typed is lost');
      await lookAt(ctx, administrator, 'refused', SIZES);
      await administrator.setViewportSize({ width: 1440, height: 900 });
      await administrator.getByLabel('通常停留').fill('120');
      await administrator.getByRole('button', { name: '保存' }).click();
      await administrator.getByText('已有同名的').first().waitFor();
      await administrator.getByLabel('名称').fill('棋牌室');
      await administrator.getByRole('button', { name: '保存' }).click();
      await administrator.getByText('已保存，立即生效。').waitFor();

      await manager.goto(`${server.url}/venue/checkpoints/new`);
      await manager.getByLabel('场所类别').selectOption({ label: '棋牌室' });
      await administrator.getByRole('link', { name: '棋牌室' }).click();
      await administrator.getByLabel('在用').uncheck();
      await lookAt(ctx, administrator, 'form', SIZES);
      await administrator.getByRole('button', { name: '保存' }).click();
      await administrator.getByText('已停用').waitFor();
      await manager.reload();
      assert.equal(await manager.locator('#category option', { hasText: '棋牌室' }).count(), 0);
      await groups(ctx, administrator);
      await administrator.getByRole('link', { name: 'English' }).click();
      await lookAt(ctx, administrator, 'english', [[360, 740], [1440, 900]]);
    },
  },
];
