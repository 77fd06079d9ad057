/**
 * One number for the two ports of a connection. Both hosts have one address on the wire, so that the ports tell
 * connections apart: a client's kernel may use one port for connections to several ports of the server.
 */
export function flowKey(port: number, serverPort: number): number {
  return port * 0x1_0000 + serverPort;
}
