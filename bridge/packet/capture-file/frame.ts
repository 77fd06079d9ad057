/**
 * A captured frame and where it lies. The readers of large files fill one such object again and again: making one for
 * each frame would take longer than reading it. Whoever wants to keep a frame copies it.
 */
export class Frame {
  /** The captured bytes are those from `start` to `end` of these. */
  bytes: Uint8Array = new Uint8Array();
  start = 0;
  end = 0;
  /** Its length on the wire, in bytes. */
  originalLength = 0;
  /** The format of the link's header: a LINKTYPE_ value. */
  linkType = 0;
  /** When it was captured: seconds since 1970, UTC, and nanoseconds after that. */
  seconds = 0;
  nanoseconds = 0;
  /** Where its record begins and ends in the file, in bytes. */
  position = 0;
  positionAfter = 0;
  /** Its number in the file, from 1 on: whoever counts the frames sets it. */
  number = 0;
}

/**
 * Why a file cannot be read to its end. `ENDED_EARLY`: it ends within a record. Everything before that place was read.
 */
export type FileProblemCode = 'BAD_MAGIC' | 'BAD_BLOCK' | 'RECORD_TOO_LARGE' | 'ENDED_EARLY' | 'TOO_MANY_INTERFACES';

export interface FileProblem {
  code: FileProblemCode;
  /** Where in the file, in bytes. */
  position: number;
}

/** The records of one file format. `CaptureReader` gives it bytes. */
export interface FileFormat {
  /** The bytes that the next unit takes, from where `read` stopped: at least one more than were there. */
  needed: number;
  /** Bytes that follow and say nothing: `CaptureReader` drops them and sets it to 0. */
  skip: number;
  problem: FileProblemCode | undefined;
  /**
   * Reads all units that lie whole between `at` and `end`, and returns where it stopped.
   * @param base the position in the file of the byte 0
   */
  read(bytes: Uint8Array, at: number, end: number, base: number): number;
}

/** Who is told of what a file holds. */
export interface FileEvents {
  onFrame: (frame: Frame) => void;
  /** A packet that cannot be read, though the rest can: of an interface that no block describes. */
  onLostFrame: () => void;
  /** The bytes that describe what follows: the file's header, a section, an interface. The view is only valid now. */
  onDescription: (bytes: Uint8Array, position: number) => void;
}
