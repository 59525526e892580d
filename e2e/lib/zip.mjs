// Reads a ZIP by its central directory, as unpacking programs do; shares no code with ours.

import { inflateRawSync } from 'node:zlib';

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const END_BYTES = 22;

/** Name and contents of every file in the archive. Whatever does not fit is an error. */
export function filesOfZip(bytes) {
  const end = bytes.length - END_BYTES;
  if (end < 0 || bytes.readUInt32LE(end) !== END) throw new Error('no end of an archive');
  const files = new Map();
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left -= 1) {
    if (bytes.readUInt32LE(at) !== ENTRY) throw new Error(`no entry at ${at}`);
    const packed = bytes.readUInt32LE(at + 20);
    const [name, extra, comment] = [28, 30, 32].map((field) => bytes.readUInt16LE(at + field));
    const local = bytes.readUInt32LE(at + 42);
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const body = inflateRawSync(bytes.subarray(start, start + packed));
    const title = bytes.toString('utf8', at + 46, at + 46 + name);
    if (body.length !== bytes.readUInt32LE(at + 24)) throw new Error(`${title} is damaged`);
    files.set(title, body);
    at += 46 + name + extra + comment;
  }
  return files;
}
