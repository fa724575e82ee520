/**
 * HTTP of the inner door, and the client of the command line.
 *
 * Guaranteed: every route but health needs a token; every error is a problem with a code and a hint, and an unknown
 * error's own words never leave; uploads are streamed; the OpenAPI document comes from the table that is served.
 * Assumed: loopback or TLS between client and gate. Not offered: sessions and browsers.
 */
export { openClient } from './client.ts';
export type { Client, ClientFile } from './client.ts';
export { buildInnerHttp, innerOpenApi, takesUpload } from './inner/app.ts';
export { warmPermissions } from './inner/permission-table.ts';
export { listen } from './serve.ts';
export type { Listening } from './serve.ts';
export type { RequestDetails, RequestShown } from './inner/views.ts';
export type { ShareSeenShown, SharesShown } from './inner/share-routes.ts';
export type { MonitorShown } from './inner/monitor-routes.ts';
export type {
  ExclusionsShown,
  ScreeningDetails,
  ScreeningShown,
} from './inner/screening-routes.ts';
export type { ImportFileShown, ImportShown } from './inner/import-views.ts';
export type { InboxDeliveryShown, InboxShown } from './inner/inbox-routes.ts';
export type { SourceShown } from './inner/source-routes.ts';
export type { NodeShown, RecallShown } from './inner/lineage-routes.ts';
