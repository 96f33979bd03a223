// Entry of the dashboard's script: htmx 4.0.1 with its hx-sse extension.
//
// How htmx is configured (read from its source):
//
// * The constructor makes its configuration and, from it, the style sheet for indicators. So
//   includeIndicatorCSS can only be set before this module runs, by the page:
//     <meta name="htmx-config" content='{"includeIndicatorCSS": false}'>
//   The content is HCON, of which JSON is a part. All other settings may also be set below, because
//   elements are processed after DOMContentLoaded.
// * The extension registers itself under the name "sse" through the global `htmx`, which the ES
//   module sets. If the setting `extensions` is not empty, only the extensions named there register.
// * The extension reads, for each stream: its defaults, then htmx.config.sse, then the element's
//   hx-config='sse: {...}'. Defaults: reconnectDelay 500 ms, doubled up to reconnectMaxDelay 60 s,
//   reconnectJitter 0.3, no limit of attempts, pauseOnBackground true for hx-sse:connect.
// * A stream is <div hx-sse:connect="/url" hx-trigger="load, every 10s">. The repeated trigger is
//   what tries again if the very first connection fails; it opens no second stream.
// * Messages without an event name are swapped; named ones become DOM events on the element.
// * Events: htmx:sse:before:connection, htmx:sse:after:connection, htmx:sse:error, htmx:sse:close.
//   At a failed first connection there is no stream yet, so no htmx:sse:error, but the htmx:error of
//   a network failure, or htmx:response:error of an HTTP status.
// * hx-on, hx-vals="js:..." and trigger filters in brackets need eval, which our policy forbids.

import htmx from "htmx.org/dist/htmx.esm.js";
import "htmx.org/dist/ext/hx-sse.js";

// A caseworker should not wait a minute for alerts after the server came back.
htmx.config.sse = { reconnectMaxDelay: 10_000 };
