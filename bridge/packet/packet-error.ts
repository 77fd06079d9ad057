/**
 * Why bytes could not be read. `TRUNCATED`: they end within a header. `FRAGMENT`: they are a later fragment of an IP
 * packet, without the TCP header. `ENDED_EARLY`: a capture file ends within a record.
 */
export type PacketErrorCode =
  | 'TRUNCATED'
  | 'NOT_IP'
  | 'NOT_IPV4'
  | 'NOT_IPV6'
  | 'NOT_TCP'
  | 'FRAGMENT'
  | 'BAD_HEADER_LENGTH'
  | 'BAD_TOTAL_LENGTH'
  | 'BAD_ADDRESS'
  | 'BAD_HEX'
  | 'BAD_TIME'
  | 'UNSUPPORTED_LINK_TYPE'
  | 'BAD_MAGIC'
  | 'BAD_BLOCK'
  | 'RECORD_TOO_LARGE'
  | 'ENDED_EARLY'
  | 'UNSUPPORTED_COMPRESSION';

/** The only error that this room throws for bad input. */
export class PacketError extends Error {
  readonly code: PacketErrorCode;

  constructor(code: PacketErrorCode, message: string) {
    super(message);
    this.name = 'PacketError';
    this.code = code;
  }
}
