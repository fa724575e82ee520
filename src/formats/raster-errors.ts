/** Why a picture is refused, and what to send instead. */
import { defineErrors } from '../core/index.ts';

/** The refusals of picture formats. */
export const rasterErrors = defineErrors('RASTER', {
  SIZE_EMPTY: {
    status: 422,
    message: 'cannot read the picture: it is {width} × {height} pixels',
    hint: 'send a picture with at least one pixel.',
  },
  SIDE_EXCESS: {
    status: 413,
    message: 'cannot read the picture: {width} × {height} has a side above {limit} pixels',
    hint: 'send the picture in parts or at a smaller size.',
  },
  PIXELS_EXCESS: {
    status: 413,
    message: 'cannot read the picture: {width} × {height} is above {limit} pixels',
    hint: 'save it at a lower resolution; a plot is better sent as SVG.',
  },
  PNG_BROKEN: {
    status: 422,
    message: 'cannot read the PNG: {why}',
    hint: 'open it in an image program and save it as PNG again.',
  },
  PNG_ANIMATED: {
    status: 422,
    message: 'cannot read the PNG: it is animated',
    hint: 'send each frame as a PNG of its own.',
  },
  JPEG_BROKEN: {
    status: 422,
    message: 'cannot read the JPEG: {why}',
    hint: 'open it in an image program and save it as PNG.',
  },
  JPEG_EXCESS: {
    status: 413,
    message: 'cannot read the JPEG: {width} × {height} is above {limit} pixels',
    hint: 'save it as PNG or at a lower resolution.',
  },
  FORM_INVALID: {
    status: 422,
    message: 'cannot make the cheaper form: {why}',
    hint: 'use `palette:2` to `palette:256` and `scale:` above 0 and at most 1.',
  },
});
