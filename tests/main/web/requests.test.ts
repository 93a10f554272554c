import { describe, expect, it } from 'vitest';
import { ask, startHost } from './helpers.ts';

describe('the token', () => {
  it('becomes a cookie that scripts cannot read and leaves the address', async () => {
    const host = await startHost();
    expect(host.token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    const answer = await ask(host, `/?view=train&token=${host.token}`);
    expect(answer.status).toBe(303);
    expect(answer.headers.location).toBe('/?view=train');
    expect(answer.headers['set-cookie']).toEqual([`${host.cookie}; HttpOnly; SameSite=Strict; Path=/`]);
    expect(answer.headers['cache-control']).toBe('no-store');
    const page = await ask(host, '/?view=train', { headers: { Cookie: host.cookie } });
    expect({ status: page.status, text: page.text }).toEqual({
      status: 200,
      text: '<!doctype html><title>Lab</title>',
    });
  });

  it('is asked for in plain words, and nothing is shown without it', async () => {
    const host = await startHost();
    const wrong = `${host.token.slice(0, -1)}${host.token.endsWith('A') ? 'B' : 'A'}`;
    const cases: [path: string, headers: Record<string, string>][] = [
      ['/', {}],
      ['/assets/main-abc123.js', {}],
      [`/?token=${wrong}`, {}],
      ['/?token=', {}],
      [`/?token=${wrong}`, { Cookie: host.cookie }],
      ['/', { Cookie: `gradient-lab-${host.port}=${wrong}` }],
      ['/', { Cookie: `gradient-lab-${host.port}=` }],
      ['/', { Cookie: `gradient-lab-${host.port + 1}=${host.token}` }],
    ];
    for (const [path, headers] of cases) {
      const answer = await ask(host, path, { headers });
      expect([path, headers, answer.status]).toEqual([path, headers, 401]);
      expect(answer.text).toContain('<h1>This lab is locked</h1>');
      expect(answer.text).not.toContain(host.token);
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
  });

  it('lets a browser in that sends other cookies along, before and after', async () => {
    const host = await startHost();
    const headers = { Cookie: `a=1; gradient-lab-1=other; ${host.cookie}; b=2` };
    expect((await ask(host, '/', { headers })).status).toBe(200);
  });

  it('is another one for each lab, and the cookies of two labs stand side by side', async () => {
    const [one, two] = [await startHost(), await startHost()];
    expect(one.token).not.toBe(two.token);
    const headers = { Cookie: `${one.cookie}; ${two.cookie}` };
    expect((await ask(one, '/', { headers })).status).toBe(200);
    expect((await ask(two, '/', { headers })).status).toBe(200);
    expect((await ask(two, '/', { headers: { Cookie: one.cookie } })).status).toBe(401);
  });

  it('works through a tunnel, where the browser knows the lab under another port', async () => {
    const host = await startHost();
    const Host = 'localhost:9000';
    const opened = await ask(host, `/?token=${host.token}`, { headers: { Host } });
    expect(opened.headers['set-cookie']?.[0]).toMatch(/^gradient-lab-9000=/);
    const page = await ask(host, '/', { headers: { Host, Cookie: `gradient-lab-9000=${host.token}` } });
    expect(page.status).toBe(200);
    expect(page.headers['content-security-policy']).toContain("connect-src 'self' ws://localhost:9000;");
  });

  it('opens by a page in between after a link from elsewhere, where a redirect would lose the cookie', async () => {
    const host = await startHost();
    const headers = {
      'Sec-Fetch-Site': 'cross-site',
      'Sec-Fetch-Mode': 'navigate',
      'Sec-Fetch-Dest': 'document',
    };
    const answer = await ask(host, `/runs?a="><script>&token=${host.token}`, { headers });
    expect(answer.status).toBe(200);
    expect(answer.headers['set-cookie']?.[0]).toContain(host.cookie);
    expect(answer.text).toContain('<meta http-equiv="refresh" content="0;url=/runs?a=%22%3E%3Cscript%3E">');
    expect(answer.text).not.toContain('<script');
  });

  it('never leads to another site', async () => {
    const host = await startHost();
    for (const path of ['//example.org/', '///example.org', '/\\example.org']) {
      const answer = await ask(host, `${path}?token=${host.token}`);
      expect(answer.headers.location).toMatch(/^\/example\.org\/?$/);
    }
  });
});

describe('who may ask', () => {
  it('is nobody under a foreign name that points to this machine', async () => {
    const host = await startHost();
    const names = [
      'evil.example',
      `evil.example:${host.port}`,
      `127.0.0.1.evil.example:${host.port}`,
      `localhost.evil.example`,
      `127.0.0.1:${host.port}@evil.example`,
      `0.0.0.0:${host.port}`,
      '127.0.0.1:',
      '127.0.0.1:99999',
    ];
    for (const Host of names) {
      const answer = await ask(host, `/?token=${host.token}`, { headers: { Host, Cookie: host.cookie } });
      expect([Host, answer.status]).toEqual([Host, 421]);
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
    for (const Host of [`localhost:${host.port}`, `LOCALHOST:${host.port}`, `[::1]:${host.port}`]) {
      expect([Host, (await ask(host, `/?token=${host.token}`, { headers: { Host } })).status]).toEqual([
        Host,
        303,
      ]);
    }
  });

  it('is not another page, on this machine or elsewhere', async () => {
    const host = await startHost();
    const foreign: Record<string, string>[] = [
      { Origin: 'https://evil.example' },
      { Origin: `http://127.0.0.1:${host.port + 1}` },
      { Origin: `https://127.0.0.1:${host.port}` },
      { Origin: 'null' },
      { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'script' },
      { 'Sec-Fetch-Site': 'same-site', 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'image' },
      { 'Sec-Fetch-Site': 'same-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'iframe' },
    ];
    for (const headers of foreign) {
      const answer = await ask(host, '/', { headers: { Cookie: host.cookie, ...headers } });
      expect([headers, answer.status]).toEqual([headers, 403]);
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    }
    const own = { Cookie: host.cookie, Origin: `http://127.0.0.1:${host.port}` };
    expect((await ask(host, '/', { headers: own })).status).toBe(200);
  });

  it('may only read', async () => {
    const host = await startHost();
    const headers = { Cookie: host.cookie };
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'PROPFIND']) {
      const answer = await ask(host, '/', { method, headers, body: method === 'POST' ? 'x' : '' });
      expect([method, answer.status, answer.headers.allow]).toEqual([method, 405, 'GET, HEAD']);
    }
    const head = await ask(host, '/', { method: 'HEAD', headers });
    expect({ status: head.status, text: head.text, length: head.headers['content-length'] }).toEqual({
      status: 200,
      text: '',
      length: '33',
    });
    expect((await ask(host, '/nothing.js', { method: 'HEAD', headers })).text).toBe('');
  });
});

describe('the files', () => {
  it('are the bundle’s own and nothing beside it', async () => {
    const host = await startHost();
    const paths = [
      '/../secret.txt',
      '/assets/../../secret.txt',
      '/%2e%2e/secret.txt',
      '/..%2fsecret.txt',
      '/..%5csecret.txt',
      '/..\\secret.txt',
      '/assets/..%00/main-abc123.js',
      '/assets/.hidden.js',
      '/.git/config.json',
      '//secret.txt',
      '/./index.html',
      '/secret.txt',
      '/index.html/',
      '/assets',
      '/assets/',
      '/index.htm',
      `/${'a'.repeat(300)}.js`,
      `${'/a'.repeat(2000)}.js`,
      '/renderer/index.html',
      'http://127.0.0.1/index.html',
      '*',
    ];
    for (const path of paths) {
      const answer = await ask(host, path, { headers: { Cookie: host.cookie } });
      expect([path, answer.status]).toEqual([path, 404]);
      expect(answer.text).not.toContain('not for the browser');
    }
  });

  it('come with their types and are kept for as long as their names say', async () => {
    const host = await startHost();
    const headers = { Cookie: host.cookie };
    const script = await ask(host, '/assets/main-abc123.js', { headers });
    expect(script.text).toBe('export {};');
    expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(script.headers['cache-control']).toBe('private, max-age=31536000, immutable');
    for (const path of ['/', '/?x=1', '/index.html?x=1']) {
      const page = await ask(host, path, { headers });
      expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
      expect(page.headers['cache-control']).toBe('no-store');
    }
  });

  it('come with the rules for the browser, on answers of every kind', async () => {
    const host = await startHost();
    for (const [path, Cookie] of [
      ['/', host.cookie],
      ['/nothing.js', host.cookie],
      ['/', ''],
      [`/?token=${host.token}`, ''],
    ] as const) {
      const { headers } = await ask(host, path, { headers: { Cookie } });
      expect(headers['content-security-policy']).toMatch(/^default-src 'none'; /);
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
      expect(headers['content-security-policy']).not.toContain('unsafe');
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['referrer-policy']).toBe('no-referrer');
      expect(headers['cross-origin-opener-policy']).toBe('same-origin');
      expect(headers['cross-origin-resource-policy']).toBe('same-origin');
      expect(headers['permissions-policy']).toContain('camera=()');
      expect(headers['x-powered-by']).toBeUndefined();
    }
  });
});
