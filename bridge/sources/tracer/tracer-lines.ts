import { readFileSync } from 'node:fs';
import { LineSplitter } from '../../machine/line-splitter.ts';
import type { WhyNoSource } from '../../protocol/remedies.ts';
import { PAYLOAD_REPORTED, type TracerReport } from '../../tracer/report.ts';

/** Longer than any report: two hex digits for each byte, the sockets for which a call waits, and the rest of the line. */
const REPORT_LENGTH = 2 * PAYLOAD_REPORTED + 16_384;

/** Why a source does not see everything, by what the tracer says of it. */
export const UNSEEN = { io_uring: 'CALLS_BY_IO_URING', architecture: 'OTHER_ARCHITECTURE' } as const;

/** Reads what a tracer writes: lines, split anywhere. */
export function tracerLines(onReport: (report: TracerReport) => void): LineSplitter {
  return new LineSplitter(REPORT_LENGTH, (line) => {
    const report = parse(line);
    if (report) onReport(report);
  });
}

/** Returns nothing for half a line, which a tracer that was killed has left. */
function parse(line: string): TracerReport | undefined {
  try {
    return JSON.parse(line) as TracerReport;
  } catch {
    return undefined;
  }
}

/** Why a program runs without the tracer that started it. */
export function whyUntraced(errno: string): WhyNoSource {
  return errno === 'ENOSYS' ? 'TRACER_NOT_POSSIBLE' : whyForbidden();
}

/** Yama lets nobody trace, or only root, from a scope of 2 on: Documentation/admin-guide/LSM/Yama.rst in Linux. */
function whyForbidden(): WhyNoSource {
  try {
    return Number(readFileSync('/proc/sys/kernel/yama/ptrace_scope', 'latin1')) > 1
      ? 'TRACER_YAMA'
      : 'TRACER_NOT_PERMITTED';
  } catch {
    // There is no Yama.
    return 'TRACER_NOT_PERMITTED';
  }
}
