import { parseFor } from "./sources.js";

/** Blocks below this are kept apart when they are freed, in steps of 16 bytes: a kilobyte of body as text is one. */
const smallBlockBytes = 2304;

const code = `
const SMALL_BLOCKS: usize = memory.data(${(smallBlockBytes / 16) * 4}, 4);

// @ts-ignore: decorator
@global @unsafe
export function __alloc(size: usize): usize {
  if (size <= ${smallBlockBytes - 16}) {
    const list = SMALL_BLOCKS + (computeSize(size) >> 4 << 2);
    const block = load<usize>(list);
    if (block) {
      store<usize>(list, load<usize>(block));
      return block;
    }
  }
  if (!ROOT) initialize();
  return changetype<usize>(allocateBlock(ROOT, size)) + BLOCK_OVERHEAD;
}

// @ts-ignore: decorator
@global @unsafe
export function __free(ptr: usize): void {
  if (ptr < __heap_base) return;
  const size = changetype<BLOCK>(ptr - BLOCK_OVERHEAD).mmInfo & ~3;
  if (size < ${smallBlockBytes}) {
    const list = SMALL_BLOCKS + (size >> 4 << 2);
    store<usize>(ptr, load<usize>(list));
    store<usize>(list, ptr);
    return;
  }
  freeBlock(ROOT, checkUsedBlock(ptr));
}

function growMemory(root: Root, size: usize): void {
  for (let list: usize = 0; list < ${(smallBlockBytes / 16) * 4}; list += 4) {
    let block = load<usize>(SMALL_BLOCKS + list);
    store<usize>(SMALL_BLOCKS + list, 0);
    while (block) {
      const next = load<usize>(block);
      freeBlock(root, checkUsedBlock(block));
      block = next;
    }
  }
  if (!searchBlock(root, size)) enlargeMemory(root, size);
}`;

/**
 * Puts lists of small blocks before AssemblyScript's allocator (TLSF), which melts what is freed with its neighbours and
 * parts it again. It gets them back before it asks the host for more memory.
 */
export function keepSmallBlocks(/** @type {import("assemblyscript").Parser} */ parser) {
  const allocator = parser.sources.find(({ internalPath }) => internalPath === "~lib/rt/tlsf");
  if (!allocator) return;
  const named = (/** @type {string} */ wanted) => allocator.statements.find(({ name }) => name?.text === wanted);
  named("growMemory").name.text = "enlargeMemory";
  const replaced = [named("__alloc"), named("__free")];
  allocator.statements = allocator.statements.filter((statement) => !replaced.includes(statement));
  allocator.statements.push(...parseFor(allocator, parser, code));
}
