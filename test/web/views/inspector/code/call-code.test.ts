import { describe, expect, it } from 'vitest';
import type { Call } from '../../../../../bridge/trace/step.ts';
import { C } from '../../../../../web/views/inspector/code/c.ts';
import { codeOf } from '../../../../../web/views/inspector/code/call-code.ts';
import { CODE_LANGUAGES } from '../../../../../web/views/inspector/code/languages.ts';
import { NODE } from '../../../../../web/views/inspector/code/node.ts';
import { PYTHON } from '../../../../../web/views/inspector/code/python.ts';
import { call } from '../../../fixtures/traces.ts';

describe('the line of code', () => {
  it('carries what the call carried', () => {
    const connect = call('client', 'connect', 0, 1, { args: ['10.77.0.2:65432'] });
    expect(codeOf(connect, PYTHON)).toBe("sock.connect(('10.77.0.2', 65432))");
    expect(codeOf(connect, NODE)).toBe("socket.connect(65432, '10.77.0.2');");
    expect(codeOf(call('client', 'socket', 0, 1, { args: ['AF_INET6', 'SOCK_STREAM'] }), PYTHON)).toBe(
      'sock = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)',
    );
    expect(codeOf(call('client', 'connect', 0, 1, { args: ['[::1]:9000'] }), PYTHON)).toBe(
      "sock.connect(('::1', 9000))",
    );
    expect(codeOf(call('client', 'send', 0, 1, { bytes: 2, payload: '0079' }), PYTHON)).toBe(
      "sock.sendall(b'\\x00\\x79')",
    );
    expect(codeOf(call('server', 'recv', 0, 1), C)).toContain('recv(conn,');
  });

  it('claims nothing that cannot have been', () => {
    const bind = call('server', 'bind', 0, 1, { evidence: 'inferred' });
    expect([codeOf(bind, PYTHON), codeOf(bind, NODE)]).toEqual([
      'sock.bind((host, port))',
      'server.listen(port, host);  // bind() and listen()',
    ]);
    expect(codeOf(call('client', 'recv', 0, 1, { bytes: 1024 }), PYTHON)).toBe('data = sock.recv(1024)');
    expect(codeOf(call('client', 'recv', 0, 1, { bytes: 2400 }), PYTHON)).toBe('data = sock.recv(65536)');
  });

  it('has none for a call that it does not know', () => {
    const odd = { ...call('server', 'send', 0, 1), name: 'constructor' } as unknown as Call;
    for (const language of CODE_LANGUAGES) expect(codeOf(odd, language)).toBeUndefined();
  });
});
