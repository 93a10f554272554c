// @ts-check

/** Files that hold an icon in several sizes; both of today's systems take PNG images inside. */

/** Windows' sizes, in pixels. */
const ICO_SIZES = [16, 32, 48, 64, 128, 256];

/** macOS's types by their pixels; the doubled ones are for screens with twice the density. */
const ICNS_TYPES = /** @type {const} */ ([
  ['ic11', 32],
  ['ic12', 64],
  ['ic07', 128],
  ['ic13', 256],
  ['ic08', 256],
  ['ic14', 512],
  ['ic09', 512],
  ['ic10', 1024],
]);

/**
 * An .ico file: a directory of 16 bytes an image, then the images.
 * @param {ReadonlyMap<number, Buffer>} images PNG by size
 */
export function packIco(images) {
  const header = Buffer.alloc(6 + 16 * ICO_SIZES.length);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(ICO_SIZES.length, 4);
  let offset = header.length;
  const parts = ICO_SIZES.map((size, index) => {
    const image = imageOf(images, size);
    const at = 6 + 16 * index;
    // 256 does not fit into a byte, and is written as 0.
    header.writeUInt8(size % 256, at);
    header.writeUInt8(size % 256, at + 1);
    header.writeUInt16LE(1, at + 4);
    header.writeUInt16LE(32, at + 6);
    header.writeUInt32LE(image.length, at + 8);
    header.writeUInt32LE(offset, at + 12);
    offset += image.length;
    return image;
  });
  return Buffer.concat([header, ...parts]);
}

/**
 * An .icns file: a type of four letters and a length before each image, and before the whole.
 * @param {ReadonlyMap<number, Buffer>} images PNG by size
 */
export function packIcns(images) {
  return block('icns', Buffer.concat(ICNS_TYPES.map(([type, size]) => block(type, imageOf(images, size)))));
}

/** @param {string} type @param {Buffer} content */
function block(type, content) {
  const head = Buffer.alloc(8);
  head.write(type, 'latin1');
  head.writeUInt32BE(8 + content.length, 4);
  return Buffer.concat([head, content]);
}

/** @param {ReadonlyMap<number, Buffer>} images @param {number} size */
function imageOf(images, size) {
  const image = images.get(size);
  if (!image) throw new RangeError(`Expected an image of ${size} pixels, got none.`);
  return image;
}
