import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

// The dashboard service serves the build; in development the same service answers behind the proxy.
const service = 'http://127.0.0.1:8080'
const paths = ['/api', '/diary', '/state', '/meta']

export default defineConfig({
  plugins: [react()],
  // Relative to the page's base, which the server sets.
  base: './',
  build: { outDir: '../wwwroot', emptyOutDir: true, target: 'es2023', chunkSizeWarningLimit: 1200 },
  server: {
    proxy: {
      ...Object.fromEntries(paths.map((path) => [path, service])),
      '/hubs': { target: service, ws: true },
    },
  },
  test: { environment: 'node', include: ['src/**/*.test.ts'] },
})
