/**
 * The smallest possible bridge: the same libraries as ours, one TCP connection for each `run`, and only `done` for the
 * page. No bridge that sends traces can cost less. `traceless-bridge.ts PORT`: the port of the server.
 */
import websocket from '@fastify/websocket';
import fastify from 'fastify';
import { connect } from 'node:net';

const number = Buffer.from('0079', 'hex');
const port = Number(process.argv[2]);

const app = fastify();
await app.register(websocket);
app.get('/ws', { websocket: true }, (socket) => {
  socket.send('{"type":"hello"}');
  socket.on('message', (data: Buffer) => {
    const { id } = JSON.parse(data.toString('utf8')) as { id: number };
    const client = connect({ host: '127.0.0.1', port, autoSelectFamily: false });
    let hex = '';
    client.on('data', (bytes: Buffer) => (hex += bytes.toString('hex')));
    client.on('error', () => undefined);
    client.on('close', () => socket.send(JSON.stringify({ type: 'done', id, outcome: 'replied', reply: { hex } })));
    client.write(number);
  });
});
console.log(await app.listen({ host: '127.0.0.1', port: 0 }));
