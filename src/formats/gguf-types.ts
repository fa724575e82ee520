/** Element types of GGUF tensors: elements of one block and its bytes. Numbers are those of the format. */
export const GGUF_TENSOR_TYPES: ReadonlyMap<number, readonly [elements: number, bytes: number]> =
  new Map([
    ...([
      [0, [1, 4]],
      [1, [1, 2]],
      [2, [32, 18]],
      [3, [32, 20]],
      [6, [32, 22]],
    ] as const),
    ...([
      [7, [32, 24]],
      [8, [32, 34]],
      [9, [32, 36]],
      [10, [256, 84]],
      [11, [256, 110]],
    ] as const),
    ...([
      [12, [256, 144]],
      [13, [256, 176]],
      [14, [256, 210]],
      [15, [256, 292]],
    ] as const),
    ...([
      [16, [256, 66]],
      [17, [256, 74]],
      [18, [256, 98]],
      [19, [256, 50]],
      [20, [32, 18]],
    ] as const),
    ...([
      [21, [256, 110]],
      [22, [256, 82]],
      [23, [256, 136]],
      [24, [1, 1]],
      [25, [1, 2]],
    ] as const),
    ...([
      [26, [1, 4]],
      [27, [1, 8]],
      [28, [1, 8]],
      [29, [256, 56]],
      [30, [1, 2]],
    ] as const),
    ...([
      [34, [256, 54]],
      [35, [256, 66]],
      [39, [32, 17]],
    ] as const),
  ]);

/** Bytes of the values of fixed size; 8 is a text, 9 an array. */
export const GGUF_VALUE_BYTES: Readonly<Record<number, number>> = {
  ...{ 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8 },
};
export const GGUF_BOOL = 7;
export const GGUF_TEXT = 8;
export const GGUF_ARRAY = 9;
export const GGUF_UINT32 = 4;
