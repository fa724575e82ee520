/** How the console is built: few files with names by content, nothing inline, the same bytes on every machine. */
import { join } from 'node:path';
import { defineConfig } from 'vite';
import type { Plugin } from 'vite';

/**
 * Observable Plot writes a `<style>` element into each drawing, which the content security policy refuses. The rules
 * are in `styles/plot.css` instead. The build fails when Plot changes, so that nobody ships a drawing without rules.
 */
function plotWithoutInlineStyles(): Plugin {
  return {
    name: 'plot-without-inline-styles',
    enforce: 'pre',
    transform(code, id) {
      if (!id.endsWith('@observablehq/plot/src/plot.js')) return null;
      const call =
        '.call((svg) =>\n      // Warning: if you edit this, change defaultClassName.\n      svg.append("style").text(';
      const start = code.indexOf(call);
      const end = code.indexOf('\n    )\n', start);
      if (start < 0 || end < 0)
        throw new Error('Plot writes its styles elsewhere now; see vite.config.ts');
      return { code: code.slice(0, start) + code.slice(end + '\n    )\n'.length), map: null };
    },
  };
}

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  resolve: { alias: { 'd3-geo': join(import.meta.dirname, 'src/parts/no-maps.ts') } },
  plugins: [plotWithoutInlineStyles()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    cssCodeSplit: false,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      onLog: (level, log, report) => {
        // `use client` says something to servers that render; here everything runs in the browser.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') report(level, log);
      },
    },
  },
});
