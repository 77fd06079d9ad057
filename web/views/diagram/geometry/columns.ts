/** Where the columns of the picture stand, in its units from the left edge. */
export interface Columns {
  width: number;
  /** Two lifelines only: calls and states share the outer columns. */
  compact: boolean;
  /** Right edge of the times; absent if there is no room for them. */
  timeRight?: number;
  /** Centres of the bars of calls. */
  clientCall: number;
  serverCall: number;
  /** Centres of the lifelines. */
  clientLine: number;
  serverLine: number;
  /** Room for the text of a call, and of a state. */
  callText: number;
  stateText: number;
}

export const BAND_WIDTH = 10;
export const BAR_WIDTH = 8;
const TIME_WIDTH = 72;
const STATE_WIDTH = 98;
const COMPACT_BELOW = 680;
const COMPACT_OUTER = 102;

export function columnsFor(width: number): Columns {
  return width < COMPACT_BELOW ? compactColumns(width) : fullColumns(width);
}

function fullColumns(width: number): Columns {
  const callText = Math.round(Math.min(210, Math.max(122, width * 0.165)));
  const clientCall = TIME_WIDTH + callText + 8 + BAR_WIDTH / 2;
  const serverCall = width - callText - 16 - BAR_WIDTH / 2;
  return {
    width,
    compact: false,
    timeRight: TIME_WIDTH - 8,
    clientCall,
    serverCall,
    clientLine: clientCall + STATE_WIDTH,
    serverLine: serverCall - STATE_WIDTH,
    callText,
    stateText: STATE_WIDTH - 12,
  };
}

function compactColumns(width: number): Columns {
  const outer = Math.min(COMPACT_OUTER + Math.max(0, width - 360) * 0.25, 170);
  return {
    width,
    compact: true,
    clientCall: outer - 14,
    serverCall: width - outer + 14,
    clientLine: outer,
    serverLine: width - outer,
    callText: outer - 22,
    stateText: outer - 22,
  };
}
