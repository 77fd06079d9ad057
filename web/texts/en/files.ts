/** Saving and opening files, and what can go wrong. */
export const files = {
  packets: 'Save packets',
  trace: 'Save trace',
  svg: 'Save SVG',
  png: 'Save PNG',
  open: 'Open file …',
  opened: 'file',
  problems: {
    TRACE_TOO_LARGE: 'That file is too large for a trace.',
    TRACE_NOT_JSON: 'That file is not JSON, so it is not a saved trace.',
    TRACE_FOREIGN: 'That file is not a trace of Aperto.',
    TRACE_VERSION: 'That trace was saved by another version of Aperto, which this page cannot read.',
    TRACE_BROKEN: 'That trace is damaged: something in it does not belong in a trace.',
    TRACE_CONTRADICTS: 'That trace contradicts itself: two sources have one name, or a step follows from itself.',
    PICTURE_TOO_TALL: 'The picture is too tall for a PNG. Save it as SVG.',
    UNSUPPORTED_COMPRESSION: 'This browser cannot read files that are compressed so. Decompress it first.',
    NOT_A_CAPTURE: 'That file is neither a capture (pcap, pcapng) nor a trace of Aperto.',
    CAPTURE_DAMAGED: 'That capture is damaged, and nothing of it can be read.',
    FILE_UNREADABLE: 'That file cannot be read.',
    FILE_NOT_WRITTEN: 'The file could not be made: the bridge may be gone, or the packets are damaged.',
  },
};
