// Generated from services/api/openapi.json by `npm run types`; do not edit.
export interface paths {
    "/api/v1/setup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Is an administrator needed, and which parts are not ready yet? */
        get: operations["getSetup"];
        put?: never;
        /** Makes the first administrator with the one-time token and signs in. */
        post: operations["createAdministrator"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who am I? */
        get: operations["getSession"];
        put?: never;
        /** Signs in. */
        post: operations["signIn"];
        /** Signs out. */
        delete: operations["signOut"];
        options?: never;
        head?: never;
        /** Changes the language of this session. */
        patch: operations["changeSession"];
        trace?: never;
    };
    "/api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who I am, and my quota: limit, used, left. */
        get: operations["getMe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Changes one's own password. All other sign-ins end; this one gets a new cookie. API tokens stay. */
        post: operations["changePassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One's own sign-ins, newest first. */
        get: operations["listSessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/{session}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Ends a sign-in. */
        delete: operations["endSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One's own API tokens, newest first. */
        get: operations["listTokens"];
        put?: never;
        /** Makes an API token; it is shown this once, only its hash is kept. */
        post: operations["createToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revokes an API token. */
        delete: operations["revokeToken"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** People. */
        get: operations["listUsers"];
        put?: never;
        /** Creates a person with a password and a quota. */
        post: operations["createUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{user}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A person. */
        get: operations["getUser"];
        put?: never;
        post?: never;
        /** Deletes a person. Servers are deleted with them only where `servers=delete` says so: without it the answer names how many there are. Deleted servers are kept 24 h for the administrator. */
        delete: operations["deleteUser"];
        options?: never;
        head?: never;
        /** Changes role, language, quota, or whether the person may sign in. Their servers go on, unless `servers` says otherwise. */
        patch: operations["changeUser"];
        trace?: never;
    };
    "/api/v1/users/{user}/link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A one-time link with which the person chooses a password: an invitation (7 days) where there is none yet, else a reset (24 hours). Earlier links of this person end. */
        post: operations["createLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Whose is this one-time link, and does it work still? */
        post: operations["readLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/link/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Chooses a password with a one-time link, and signs in. Earlier sign-ins of this person end. */
        post: operations["useLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who did what, from where, with what result; newest first. The newest 20,000 of 30 days; all of 365 days are in the audit topic. */
        get: operations["listAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/templates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Templates and sizes. */
        get: operations["getCatalogue"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/servers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** My servers; everybody's with owner=all, for an administrator. */
        get: operations["listServers"];
        put?: never;
        /** Asks for a server. */
        post: operations["createServer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/servers/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Would each size fit now? With a sentence and the quota. */
        get: operations["previewServer"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/servers/{server}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A server. */
        get: operations["getServer"];
        put?: never;
        post?: never;
        /** Deletes the server. Its data is kept 24 h for the administrator, then lost. */
        delete: operations["deleteServer"];
        options?: never;
        head?: never;
        /** Changes the title; name and address stay. */
        patch: operations["renameServer"];
        trace?: never;
    };
    "/api/v1/servers/{server}/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Starts the server. */
        post: operations["startServer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/servers/{server}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stops the server. */
        post: operations["stopServer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/servers/{server}/restart": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restarts the server. */
        post: operations["restartServer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/servers/{server}/resize": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Changes the size: CPU live, memory with the next start where it cannot shrink live. */
        post: operations["resizeServer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/servers/{server}/move": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Moves the server to another host. */
        post: operations["moveServer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/servers/{server}/stay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Asks that a planned move is dropped. */
        post: operations["stayServer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/servers/{server}/defer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Asks that a planned move waits. */
        post: operations["deferServer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/servers/{server}/consent": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Agrees to a planned move. */
        post: operations["consentServer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/servers/{server}/pin": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Keeps the server where it is, or lets it move again. */
        post: operations["pinServer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/servers/{server}/access": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Name and first password, for servers that ask for one. The password is what the server began with; whoever changed it inside knows better. */
        get: operations["getServerAccess"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/servers/{server}/load": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** CPU and memory of a server over a range. */
        get: operations["getServerLoad"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/servers/{server}/resource-log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was used and allotted over time, and each change of the allotment. As CSV where Accept says text/csv. */
        get: operations["getServerResourceLog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/servers/{server}/habits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is known of its habits: patterns, which resource moves first, windows that come back. */
        get: operations["getServerHabits"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/servers/{server}/forecast": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The forecast of a server. */
        get: operations["getServerForecast"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/servers/{server}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What happened to a server, newest first. */
        get: operations["listServerEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/servers/{server}/terminal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A terminal by WebSocket, subprotocol `neaptide-terminal`. Binary messages: a type byte, then its payload. To the server: 1 input; 2 size (columns and rows, 2 bytes each, big-endian); 3 hang up. From it: 17 first, JSON {id, resumed, cut}, then the scrollback as output; 18 output; 19 last, JSON {reason: exited, taken-over, closing or failed; exit_code}. A terminal lives on for 10 minutes without a client: open with its id to go on. */
        get: operations["openTerminal"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/servers/{server}/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The server's output, a line each: time in UTC, `o` (stdout) or `e` (stderr), text. */
        get: operations["getServerLogs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/servers/{server}/files": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A folder. */
        get: operations["listFiles"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/servers/{server}/file": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A file's bytes, with Neaptide-Size; up to 1 MiB also ETag. */
        get: operations["readFile"];
        /** Writes a whole file of at most 1 MiB. With If-Match only if nobody changed it since, with `If-None-Match: *` only if it is new. */
        put: operations["writeFile"];
        post?: never;
        /** Deletes a file or folder. */
        delete: operations["deleteFile"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/servers/{server}/archive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A file or folder as tar. */
        get: operations["downloadArchive"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/servers/{server}/upload": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where an interrupted upload goes on; 0 where nothing came yet. */
        get: operations["getUpload"];
        /** One piece of a file, at most 1 MiB; the last one lets the file take its place at once. After an interruption ask where to go on. */
        put: operations["uploadPiece"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/servers/{server}/folder": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes a folder. */
        post: operations["makeFolder"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/servers/{server}/rename": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Renames or moves a file or folder. */
        post: operations["renameFile"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/server-events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Events of all servers that the caller may see: a person's own, an administrator's all; newest first. */
        get: operations["listEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/hosts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Hosts. */
        get: operations["listHosts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/hosts/{host}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A host. */
        get: operations["getHost"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/hosts/{host}/load": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** CPU and memory of a host over a range. */
        get: operations["getHostLoad"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/hosts/{host}/resource-log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was used and allotted over time, and each change of the allotment. As CSV where Accept says text/csv. */
        get: operations["getHostResourceLog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/hosts/{host}/habits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is known of its habits: patterns, which resource moves first, windows that come back. */
        get: operations["getHostHabits"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/hosts/{host}/forecast": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The forecast of a host. */
        get: operations["getHostForecast"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/hosts/{host}/cordon": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes no new servers, or takes them again. */
        post: operations["cordonHost"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/hosts/{host}/role": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Active or spare. */
        post: operations["setHostRole"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/windows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Coming overload windows. */
        get: operations["listWindows"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tide": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All that the tide table shows, in one answer. */
        get: operations["getTide"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/moves": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Moves of the servers that the caller may see, newest first; one that is under way has its newest phase. */
        get: operations["listMoves"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/plans": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Plans, newest first; without curves and rejected alternatives. */
        get: operations["listPlans"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/plans/{plan}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A plan with its reasons, curves and rejected alternatives. */
        get: operations["getPlan"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/pool": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Mode, clock and budgets. */
        get: operations["getPool"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Off, suggest or automatic. */
        patch: operations["changePool"];
        trace?: never;
    };
    "/api/v1/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** My tasks of the last 24 h, newest first. */
        get: operations["listTasks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{task}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A task. */
        get: operations["getTask"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Changes as they happen. */
        get: operations["streamEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/console": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What may come next in a line. */
        get: operations["completeConsole"];
        put?: never;
        /** Carries out a line in the words of the command-line client, as the person who asks. */
        post: operations["runConsole"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document. */
        get: operations["getOpenapi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/asyncapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is in Kafka for third parties: topics, headers, schemas. */
        get: operations["getAsyncapi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The process lives. */
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** It can serve; else which part waits. */
        get: operations["getReady"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Prometheus text; not passed on by the edge. */
        get: operations["getMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        ConsoleRequest: {
            line: string;
            /** @description The question of the answer before was answered with yes. */
            confirmed?: boolean;
            /** @description The reader's time zone, minutes east of UTC. */
            zone_minutes?: number;
        };
        ConsoleAnswer: {
            /** @description Columns are aligned for a fixed pitch in which Hangul is two columns wide. */
            output: string;
            /** @description What a terminal shows on its error output: why not, what to do. */
            notes: string;
            /** @description 0 done, 1 refused, 2 not understood, 3 a file is wrong, 4 not signed in or not allowed, 5 no such thing, 6 not now, 7 not reached. */
            exit: number;
            /** @description A question for yes or no: ask it, then send the line again with confirmed. */
            confirm: string | null;
        };
        ConsoleWords: {
            items: {
                word: string;
                help: string;
            }[];
        };
        /** @description One sentence, without its words. */
        Message: {
            /** @description message key; the page and the command line hold the text in both languages */
            key: string;
            /** @description figures for the text; their names end in their unit (_ms, _milli, _bytes, _pct) */
            params: {
                [key: string]: string | number | boolean;
            };
        };
        /**
         * @description Keys of the sentences that the api itself makes; every one has a text in each language. Sentences of plans and moves carry keys of the balancer: plan.*, move.*, reject.*, fits.*.
         * @enum {string}
         */
        MessageKey: "event.back" | "event.created" | "event.deleted" | "event.failed" | "event.move-aborted" | "event.moved" | "event.out-of-memory" | "event.renamed" | "event.resized" | "event.started" | "event.stopped" | "event.unreachable" | "field.enum" | "field.missing" | "field.pattern" | "field.range" | "field.too-long" | "field.too-short" | "field.type" | "field.unknown" | "field.utf8" | "fits.no" | "fits.none" | "fits.now" | "fits.partly" | "fits.partly-until" | "fits.quota-cpu" | "fits.quota-memory" | "fits.quota-servers" | "fits.unknown" | "setup.ready" | "setup.waiting" | "task.copying" | "task.cutover" | "task.decided" | "task.deleting" | "task.holding" | "task.preparing" | "task.recalled" | "task.waiting" | "tide.fine" | "tide.mode-off" | "tide.move" | "tide.moved" | "tide.moves" | "tide.no-history" | "tide.no-hosts" | "tide.no-move" | "tide.older" | "tide.over-now" | "tide.suggested" | "tide.unreachable" | "tide.window";
        /** @description application/problem+json */
        Problem: {
            /** @description /problems/<code> */
            type: string;
            /** @description from schemas/problems.json */
            code: string;
            status: number;
            title: string;
            /** @description one sentence in the language asked for, with its figures */
            detail: string;
            /** @description what to do now */
            next: string;
            params: {
                [key: string]: string | number | boolean;
            };
            /** @description 32 hex digits, also in the logs of every service */
            trace_id: string;
            /** @description which fields are wrong, in invalid-request */
            errors?: {
                /** @description JSON pointer or parameter name */
                field: string;
                message: components["schemas"]["Message"];
            }[];
        };
        Resources: {
            /** @description 1000 is one core */
            cpu_milli: number;
            mem_bytes: number;
        };
        Quota: {
            cpu_milli: number;
            mem_bytes: number;
            servers: number;
            /** @description 0: not limited */
            disk_bytes?: number;
            /** @description whole devices */
            gpu_count?: number;
            /** @description bits per second out of the servers; 0: not limited */
            net_up_bps?: number;
            /** @description bits per second into the servers; 0: not limited */
            net_down_bps?: number;
        };
        QuotaUse: {
            limit: components["schemas"]["Quota"];
            used: components["schemas"]["Quota"];
            left: components["schemas"]["Quota"];
        };
        SetupPart: {
            /** @enum {string} */
            part: "kafka" | "redis" | "topics" | "balancer" | "host" | "account";
            ready: boolean;
            message: components["schemas"]["Message"] | null;
        };
        Setup: {
            /** @description no administrator exists yet */
            needed: boolean;
            /** @description the one-time link can be used now */
            ready: boolean;
            parts: components["schemas"]["SetupPart"][];
        };
        SetupRequest: {
            /** @description the one-time token of the link that `up` printed */
            token: string;
            name: string;
            password: string;
            /** @enum {string} */
            language?: "en" | "ko";
        };
        SessionRequest: {
            name: string;
            password: string;
            /** @enum {string} */
            language?: "en" | "ko";
        };
        SessionChange: {
            /** @enum {string} */
            language: "en" | "ko";
        };
        Session: {
            /**
             * Format: uuid
             * @description the person
             */
            user: string;
            name: string;
            /** @enum {string} */
            role: "admin" | "person";
            /** @enum {string} */
            language: "en" | "ko";
            /** @description end of the session, milliseconds since 1970 (UTC) */
            expires_ms: number;
        };
        Me: {
            /**
             * Format: uuid
             * @description the person
             */
            user: string;
            name: string;
            /** @enum {string} */
            role: "admin" | "person";
            /** @enum {string} */
            language: "en" | "ko";
            quota: components["schemas"]["QuotaUse"];
        };
        User: {
            /**
             * Format: uuid
             * @description the person
             */
            user: string;
            name: string;
            /** @enum {string} */
            role: "admin" | "person";
            /** @enum {string} */
            language: "en" | "ko";
            /** @description last change, wall time, milliseconds since 1970 (UTC) */
            changed_ms: number;
            revision: number;
            quota: components["schemas"]["QuotaUse"];
            /** @description may not sign in; the servers go on */
            disabled: boolean;
            /** @description has not chosen a password yet: make a link */
            invited: boolean;
        };
        UserRequest: {
            name: string;
            /** @description without one the person is invited: make a link */
            password?: string;
            /**
             * @default person
             * @enum {string}
             */
            role: "admin" | "person";
            /** @enum {string} */
            language?: "en" | "ko";
            quota: components["schemas"]["Quota"];
        };
        /** @description what is absent stays */
        UserChange: {
            /** @enum {string} */
            role?: "admin" | "person";
            /** @enum {string} */
            language?: "en" | "ko";
            quota?: components["schemas"]["Quota"];
            disabled?: boolean;
            /**
             * @description with disabled: what becomes of the person's servers
             * @default keep
             * @enum {string}
             */
            servers: "keep" | "stop";
        };
        Link: {
            /** @enum {string} */
            kind: "invite" | "reset";
            /** @description give it to the person; it works once */
            url: string;
            /** @description what the address carries */
            token: string;
            /** @description wall time, milliseconds since 1970 (UTC) */
            expires_ms: number;
        };
        LinkRequest: {
            token: string;
        };
        LinkInfo: {
            /** @enum {string} */
            kind: "invite" | "reset";
            name: string;
            /** @enum {string} */
            language: "en" | "ko";
            /** @description wall time, milliseconds since 1970 (UTC) */
            expires_ms: number;
        };
        LinkUse: {
            token: string;
            password: string;
            /** @enum {string} */
            language?: "en" | "ko";
        };
        PasswordChange: {
            current: string;
            password: string;
        };
        TokenRequest: {
            /** @description to know it by */
            title: string;
            /**
             * @description how long it works
             * @default 90
             */
            days: number;
        };
        SignIn: {
            /** @description id */
            session: string;
            /** @enum {string} */
            kind: "session" | "token";
            title: string;
            /** @description wall time, milliseconds since 1970 (UTC) */
            created_ms: number;
            /** @description wall time, milliseconds since 1970 (UTC) */
            expires_ms: number;
            /** @description wall time, to about ten minutes; null: not yet */
            last_used_ms: number | null;
            /** @description whence it was used last */
            address: string | null;
            /** @description it is the one that asks */
            current: boolean;
        };
        Token: {
            /** @description shown this once: Authorization: Bearer TOKEN */
            token: string;
            info: components["schemas"]["SignIn"];
        };
        AuditEntry: {
            /** @description id */
            entry: string;
            /** @description wall time, milliseconds since 1970 (UTC) */
            at_ms: number;
            /** @description the person, or service:NAME, or nobody */
            actor: string;
            actor_name: string | null;
            /** @description operationId */
            action: string;
            /** @description server, host, person ... */
            subject: string;
            subject_name: string | null;
            /** @description ok, undecided, or the code of the problem */
            result: string;
            address: string;
            trace_id: string;
        };
        Text: {
            en: string;
            ko: string;
        };
        Template: {
            template: string;
            title: components["schemas"]["Text"];
            summary: components["schemas"]["Text"];
            services: {
                name: string;
                /** @enum {string} */
                kind: "http" | "ssh" | "tcp";
                /** @description inside the container */
                port: number;
            }[];
            /** @description what a deletion loses */
            volumes: {
                name: string;
                path: string;
            }[];
            /**
             * @description may a move restart it without asking
             * @enum {string}
             */
            restart: "safe" | "ask" | "never";
            minimum: components["schemas"]["Resources"];
            /** @description names of sizes that it can have */
            sizes: string[];
        };
        Size: {
            /** @enum {string} */
            size: "small" | "medium" | "large";
            cpu_milli: number;
            mem_bytes: number;
        };
        Catalogue: {
            templates: components["schemas"]["Template"][];
            sizes: components["schemas"]["Size"][];
        };
        /**
         * @description The seven state words, the same in page, API, command line and events.
         * @enum {string}
         */
        ServerState: "preparing" | "running" | "stopped" | "moving" | "unreachable" | "failed" | "deleting";
        Move: {
            /** @description id */
            move: string;
            /**
             * Format: uuid
             * @description server
             */
            server: string;
            /** @description name of the server */
            name: string;
            /** @description host */
            from: string;
            /** @description host */
            to: string;
            /** @enum {string} */
            phase: "planned" | "copying" | "holding" | "cutover" | "recalled" | "done" | "aborted";
            /** @description since when in this phase, wall time, milliseconds since 1970 (UTC) */
            since_ms: number;
            /** @description planned moment of the cut-over, load time, milliseconds since 1970 (UTC) */
            cutover_at_ms: number;
            /** @description end, load time, milliseconds since 1970 (UTC) */
            ended_ms: number | null;
            /** @description pause: expected while planned, measured when done */
            pause_ms: number | null;
            /** @description plan that asked for it */
            plan: string | null;
            reason: components["schemas"]["Message"] | null;
        };
        Fault: {
            /** @description from schemas/problems.json, where its text is */
            code: string;
            params: {
                [key: string]: string | number | boolean;
            };
            /** @description what the engine said, for experts */
            message: string;
            /** @description wall time, milliseconds since 1970 (UTC) */
            at_ms: number;
        };
        SshAddress: {
            host: string;
            port: number;
            user: string;
            /** @description the whole command */
            command: string;
        };
        /** @description It never changes after a move. */
        Address: {
            /** @description web address */
            url: string | null;
            ssh: components["schemas"]["SshAddress"] | null;
            tcp: {
                service: string;
                host: string;
                port: number;
            }[];
        };
        LoadNow: {
            /** @description load time of the sample, milliseconds since 1970 (UTC) */
            at_ms: number;
            cpu_milli: number;
            mem_bytes: number;
            /** @description of the limit or the capacity */
            cpu_pct: number;
            mem_pct: number;
            /**
             * @description redis; or kafka, marked older, while Redis is away
             * @enum {string}
             */
            source: "redis" | "kafka";
            /** @description true where the figure is older than it should be */
            older: boolean;
        };
        Server: {
            /**
             * Format: uuid
             * @description server
             */
            server: string;
            /** @description makes the address and never changes */
            name: string;
            title: string;
            /**
             * Format: uuid
             * @description owner
             */
            owner: string;
            owner_name: string;
            template: string;
            size: string | null;
            state: components["schemas"]["ServerState"];
            /** @description since when in this state, milliseconds since 1970 (UTC) */
            since_ms: number;
            /** @description what this person may do now */
            actions: ("start" | "stop" | "restart" | "resize" | "rename" | "move" | "delete" | "stay" | "defer" | "consent" | "pin")[];
            host: string | null;
            requested: components["schemas"]["Resources"];
            granted: components["schemas"]["Resources"];
            applied: components["schemas"]["Resources"] | null;
            address: components["schemas"]["Address"];
            move: components["schemas"]["Move"] | null;
            planned_move: components["schemas"]["Move"] | null;
            /** @enum {string} */
            restart: "safe" | "ask" | "never";
            pinned: boolean;
            reason: components["schemas"]["Message"] | null;
            fault: components["schemas"]["Fault"] | null;
            load: components["schemas"]["LoadNow"] | null;
            /** @description creation, milliseconds since 1970 (UTC) */
            created_ms: number;
            generation: number;
            /** @description grows with every change; the ETag */
            revision: number;
        };
        ServerRequest: {
            name: string;
            /** @description anything up to 80 characters; the name where absent */
            title?: string;
            template: string;
            /**
             * @description else size-unknown
             * @enum {string}
             */
            size: "small" | "medium" | "large";
        };
        ServerChange: {
            title: string;
        };
        ResizeRequest: {
            /** @enum {string} */
            size: "small" | "medium" | "large";
        };
        MoveRequest: {
            host: string;
            /** @description cut-over not before this load time, milliseconds since 1970 (UTC) */
            at_ms?: number;
        };
        DeferRequest: {
            /** @description not before this load time, milliseconds since 1970 (UTC) */
            until_ms: number;
        };
        PinRequest: {
            /** @description true: is never moved */
            pinned: boolean;
        };
        /** @description For templates with a password (shell, files); 404 for others. */
        Access: {
            /** @description name to sign in with */
            user: string;
            /** @description the first password */
            password: string;
        };
        ServerAnswer: {
            server: components["schemas"]["Server"];
            /** @description server@revision, for Neaptide-After */
            after: string;
            sentence: components["schemas"]["Message"] | null;
        };
        Fit: {
            size: string;
            requested: components["schemas"]["Resources"];
            /** @enum {string} */
            fits: "now" | "partly" | "no" | "quota" | "unknown";
            granted: components["schemas"]["Resources"] | null;
            /** @description load time from which the full size will probably fit: now where it does, else from the forecasts of the hosts; null where that is not known, milliseconds since 1970 (UTC) */
            full_after_ms: number | null;
            largest: components["schemas"]["Resources"] | null;
            sentence: components["schemas"]["Message"];
        };
        Preview: {
            template: string;
            items: components["schemas"]["Fit"][];
            quota: components["schemas"]["QuotaUse"];
        };
        LoadSeries: {
            /** @description host or server */
            subject: string;
            /** @description start of the first step, load time, milliseconds since 1970 (UTC) */
            from_ms: number;
            step_ms: number;
            /** @description mean; null where nothing was measured */
            cpu_milli: (number | null)[];
            /** @description maximum; null where nothing was measured */
            cpu_milli_max: (number | null)[];
            /** @description mean; null where nothing was measured */
            mem_bytes: (number | null)[];
            /** @description maximum; null where nothing was measured */
            mem_bytes_max: (number | null)[];
            /** @description capacity of the host or grant of the server */
            cpu_limit_milli: number | null;
            mem_limit_bytes: number | null;
            /** @description newest figures are missing for now */
            older: boolean;
        };
        Accuracy: {
            /** @description how many values of the last 7 days */
            scored: number;
            /** @description mean absolute error, in the unit */
            mae: number;
            /** @description that of persistence */
            mae_naive: number;
            /** @description share of values inside the band; 80 is right */
            coverage_pct: number;
        };
        ForecastSeries: {
            subject: string;
            /** @enum {string} */
            resource: "cpu" | "memory";
            /** @enum {string} */
            unit: "cpu_milli" | "mem_bytes";
            /** @description when made, load time, milliseconds since 1970 (UTC) */
            issued_ms: number;
            /** @description start of the first step, load time, milliseconds since 1970 (UTC) */
            from_ms: number;
            step_ms: number;
            /** @description 10th percentile; null where nothing was measured */
            p10: (number | null)[];
            /** @description median; null where nothing was measured */
            p50: (number | null)[];
            /** @description 90th percentile; null where nothing was measured */
            p90: (number | null)[];
            /** @description capacity in the same unit */
            limit: number | null;
            model: string;
            /** @description how the band was made, for instance residual */
            band: string;
            history_days: number;
            /** @description days needed for a forecast */
            need_days: number;
            /** @description false: arrays are empty */
            enough: boolean;
            accuracy: components["schemas"]["Accuracy"] | null;
        };
        Forecasts: {
            items: components["schemas"]["ForecastSeries"][];
        };
        HostPeak: {
            /** @enum {string} */
            resource: "cpu" | "memory";
            /** @description when, milliseconds since 1970 (UTC) */
            at_ms: number;
            p50_pct: number;
            p90_pct: number;
        };
        Host: {
            host: string;
            /** @enum {string} */
            role: "active" | "spare";
            cordoned: boolean;
            draining: boolean;
            reachable: boolean;
            capacity: components["schemas"]["Resources"];
            given: components["schemas"]["Resources"];
            /** @description how many */
            servers: number;
            load: components["schemas"]["LoadNow"] | null;
            peak: components["schemas"]["HostPeak"] | null;
            /** @description version of Docker Engine */
            engine: string | null;
            /** @description last sign of life, wall time, milliseconds since 1970 (UTC) */
            seen_ms: number | null;
            clock_wrong: boolean;
            /** @description its samples are recorded curves */
            playback: boolean;
            revision: number;
        };
        CordonRequest: {
            cordoned: boolean;
        };
        RoleRequest: {
            /** @enum {string} */
            role: "active" | "spare";
        };
        HostAnswer: {
            host: components["schemas"]["Host"];
            /** @description host@revision, for Neaptide-After */
            after: string;
        };
        Contributor: {
            /**
             * Format: uuid
             * @description server
             */
            server: string;
            name: string;
            /** @description of the load in the window */
            share_pct: number;
        };
        Window: {
            /** @description host/resource/from_ms */
            window: string;
            host: string;
            /** @enum {string} */
            resource: "cpu" | "memory";
            /** @description begin, load time, milliseconds since 1970 (UTC) */
            from_ms: number;
            /** @description end, load time, milliseconds since 1970 (UTC) */
            to_ms: number;
            /** @description expected peak */
            peak_pct: number;
            /** @description of a load above the threshold */
            probability: number;
            threshold_pct: number;
            recurring: {
                /** @description daily, weekdays, or names of days */
                days: string;
                /** @description of the local day */
                from_minute: number;
                to_minute: number;
                seen: number;
                of: number;
            } | null;
            contributors: components["schemas"]["Contributor"][];
            /** @description newest forecast, load time, milliseconds since 1970 (UTC) */
            issued_ms: number;
        };
        TidePast: {
            /** @description start, milliseconds since 1970 (UTC) */
            from_ms: number;
            step_ms: number;
            /** @description mean of the step; null where nothing was measured */
            load_pct: (number | null)[];
            /** @description maximum of the step; null where nothing was measured */
            max_pct: (number | null)[];
        };
        TideAhead: {
            /** @description start, milliseconds since 1970 (UTC) */
            from_ms: number;
            step_ms: number;
            /** @description 10th percentile; null where nothing was measured */
            p10_pct: (number | null)[];
            /** @description median; null where nothing was measured */
            p50_pct: (number | null)[];
            /** @description 90th percentile; null where nothing was measured */
            p90_pct: (number | null)[];
            enough: boolean;
            history_days: number;
            need_days: number;
            accuracy: components["schemas"]["Accuracy"] | null;
        };
        TideHost: {
            host: string;
            /** @enum {string} */
            role: "active" | "spare";
            cordoned: boolean;
            reachable: boolean;
            capacity: components["schemas"]["Resources"];
            load: components["schemas"]["LoadNow"] | null;
            past: components["schemas"]["TidePast"];
            ahead: components["schemas"]["TideAhead"];
            windows: components["schemas"]["Window"][];
        };
        Tide: {
            /** @description load time, milliseconds since 1970 (UTC) */
            now_ms: number;
            /** @enum {string} */
            resource: "cpu" | "memory";
            /** @description the line, 90 */
            limit_pct: number;
            /** @enum {string} */
            mode: "off" | "suggest" | "automatic";
            /** @description in this order; each is a sentence or a clause */
            sentence: components["schemas"]["Message"][];
            hosts: components["schemas"]["TideHost"][];
            /** @description planned and done, from 24 h back to 24 h ahead */
            moves: components["schemas"]["Move"][];
            older: boolean;
        };
        Curve: {
            host: string;
            /** @description start, milliseconds since 1970 (UTC) */
            from_ms: number;
            step_ms: number;
            /** @description without the plan; null where nothing was measured */
            without_pct: (number | null)[];
            /** @description with the plan; null where nothing was measured */
            with_pct: (number | null)[];
        };
        Rejected: {
            /**
             * Format: uuid
             * @description server
             */
            server: string;
            name: string;
            to: string;
            /** @description peak of the host in danger */
            from_peak_pct: number;
            /** @description peak of the target */
            to_peak_pct: number;
            reason: components["schemas"]["Message"];
        };
        PlannedMove: {
            move: string;
            /**
             * Format: uuid
             * @description server
             */
            server: string;
            name: string;
            from: string;
            to: string;
            /** @description load time, milliseconds since 1970 (UTC) */
            cutover_at_ms: number;
            /** @description expected */
            pause_ms: number;
            /** @description to be copied */
            bytes: number;
            reason: components["schemas"]["Message"];
            /** @description planned, or the phase of the move */
            state: string;
        };
        Plan: {
            /** @description id */
            plan: string;
            /** @description made, load time, milliseconds since 1970 (UTC) */
            at_ms: number;
            /** @enum {string} */
            mode: "off" | "suggest" | "automatic";
            /** @enum {string} */
            state: "suggested" | "applied" | "done" | "superseded" | "no-useful-move";
            /** @description the host in danger */
            host: string;
            window: components["schemas"]["Window"];
            moves: components["schemas"]["PlannedMove"][];
            reason: components["schemas"]["Message"];
            curves: components["schemas"]["Curve"][];
            rejected: components["schemas"]["Rejected"][];
            helped: components["schemas"]["Message"] | null;
            revision: number;
        };
        Clock: {
            /** @description load time at wall0_ms, milliseconds since 1970 (UTC) */
            load0_ms: number;
            /** @description wall time, milliseconds since 1970 (UTC) */
            wall0_ms: number;
            /** @description load milliseconds per wall millisecond */
            rate: number;
        };
        Pool: {
            /** @enum {string} */
            mode: "off" | "suggest" | "automatic";
            clock: components["schemas"]["Clock"];
            /** @description load time now, milliseconds since 1970 (UTC) */
            now_ms: number;
            /** @description IANA name */
            time_zone: string;
            moves_per_hour: number;
            /** @description load time */
            cool_down_ms: number;
            act_probability: number;
            /** @description what counts as overload */
            threshold_pct: number;
            /** @description a balancer leads */
            leader: boolean;
            revision: number;
        };
        PoolChange: {
            /** @enum {string} */
            mode: "off" | "suggest" | "automatic";
        };
        PoolAnswer: {
            pool: components["schemas"]["Pool"];
            after: string;
        };
        Task: {
            /** @description id of the request */
            task: string;
            /** @enum {string} */
            kind: "create" | "start" | "stop" | "restart" | "resize" | "rename" | "delete" | "move" | "stay" | "defer" | "consent" | "pin" | "cordon" | "role" | "mode";
            /** @description server, host or pool */
            subject: string;
            /** @description name for people */
            name: string;
            /** @enum {string} */
            state: "waiting" | "running" | "done" | "failed";
            stage: components["schemas"]["Message"] | null;
            bytes_done: number | null;
            bytes_total: number | null;
            /** @description asked, wall time, milliseconds since 1970 (UTC) */
            created_ms: number;
            /** @description wall time, milliseconds since 1970 (UTC) */
            ended_ms: number | null;
            problem: components["schemas"]["Problem"] | null;
            /** @description subject@revision once it is decided */
            after: string | null;
        };
        ServerEvent: {
            /** @description id */
            event: string;
            /**
             * Format: uuid
             * @description server
             */
            server: string;
            name: string;
            /** @enum {string} */
            kind: "created" | "started" | "stopped" | "resized" | "renamed" | "out-of-memory" | "failed" | "deleted" | "unreachable" | "back" | "moved" | "move-aborted";
            /** @description wall time, milliseconds since 1970 (UTC) */
            at_ms: number;
            host: string | null;
            message: components["schemas"]["Message"];
        };
        LoadPoint: {
            id: string;
            cpu_milli: number;
            mem_bytes: number;
            cpu_pct: number;
            mem_pct: number;
        };
        LoadTick: {
            /** @description load time, milliseconds since 1970 (UTC) */
            at_ms: number;
            hosts: components["schemas"]["LoadPoint"][];
            /** @description the person's own; all for an administrator */
            servers: components["schemas"]["LoadPoint"][];
            older: boolean;
        };
        /** @description `data:` of each event of the stream; its name is in `event:`. hello and reset: read everything again. loads, hello, reset and gap have no id and are not replayed. Delivery is at least once: an event of a server may come twice after a reconnection; its `event` tells. */
        StreamEvent: {
            /** @constant */
            type: "hello";
            /** @description load time now */
            at_ms: number;
            version: string;
        } | {
            /** @constant */
            type: "reset";
        } | {
            /** @constant */
            type: "gap";
            /** @description wall time, milliseconds since 1970 (UTC) */
            from_ms: number;
            /** @description wall time, milliseconds since 1970 (UTC) */
            to_ms: number;
        } | {
            /** @constant */
            type: "server";
            server: components["schemas"]["Server"];
        } | {
            /** @constant */
            type: "server-gone";
            /**
             * Format: uuid
             * @description server
             */
            server: string;
        } | {
            /** @constant */
            type: "server-event";
            event: components["schemas"]["ServerEvent"];
        } | {
            /** @constant */
            type: "host";
            host: components["schemas"]["Host"];
        } | {
            /** @constant */
            type: "move";
            move: components["schemas"]["Move"];
        } | {
            /** @constant */
            type: "plan";
            plan: string;
            host: string;
            state: string;
        } | {
            /** @constant */
            type: "windows";
            host: string;
            windows: components["schemas"]["Window"][];
        } | {
            /** @constant */
            type: "forecast";
            subject: string;
        } | {
            /** @constant */
            type: "pool";
            pool: components["schemas"]["Pool"];
        } | {
            /** @constant */
            type: "task";
            task: components["schemas"]["Task"];
        } | {
            /** @constant */
            type: "loads";
            loads: components["schemas"]["LoadTick"];
        };
        Health: {
            status: string;
            waiting_for?: string[];
        };
        UserPage: {
            items: components["schemas"]["User"][];
            /** @description pass as `after`; null at the end */
            next: string | null;
        };
        ServerPage: {
            items: components["schemas"]["Server"][];
            /** @description pass as `after`; null at the end */
            next: string | null;
        };
        HostPage: {
            items: components["schemas"]["Host"][];
            /** @description pass as `after`; null at the end */
            next: string | null;
        };
        WindowPage: {
            items: components["schemas"]["Window"][];
            /** @description pass as `after`; null at the end */
            next: string | null;
        };
        PlanPage: {
            items: components["schemas"]["Plan"][];
            /** @description pass as `after`; null at the end */
            next: string | null;
        };
        TaskPage: {
            items: components["schemas"]["Task"][];
            /** @description pass as `after`; null at the end */
            next: string | null;
        };
        ServerEventPage: {
            items: components["schemas"]["ServerEvent"][];
            /** @description pass as `after`; null at the end */
            next: string | null;
        };
        MovePage: {
            items: components["schemas"]["Move"][];
            /** @description pass as `after`; null at the end */
            next: string | null;
        };
        SignInPage: {
            items: components["schemas"]["SignIn"][];
            /** @description pass as `after`; null at the end */
            next: string | null;
        };
        AuditPage: {
            items: components["schemas"]["AuditEntry"][];
            /** @description pass as `after`; null at the end */
            next: string | null;
        };
        FileEntry: {
            name: string;
            /** @enum {string} */
            kind: "file" | "folder" | "link" | "other";
            size: number;
            mode: number;
            /** @description milliseconds since 1970 (UTC) */
            mtime_ms: number;
        };
        FileList: {
            path: string;
            entries: components["schemas"]["FileEntry"][];
            /** @description there are more than 10,000 */
            cut: boolean;
        };
        FileAnswer: {
            path: string;
            size?: number;
            etag?: string;
        };
        Upload: {
            /** @description where the next piece begins */
            offset: number;
            /** @description with the last byte: the file has taken its place */
            done?: boolean;
        };
        ResourceLogItem: {
            /** @description start of the step, load time, milliseconds since 1970 (UTC) */
            at_ms: number;
            /** @description used, mean */
            cpu_milli: number | null;
            /** @description used, maximum */
            cpu_milli_max: number | null;
            /** @description null where nobody knows any more */
            cpu_allotted_milli: number | null;
            /** @description used, mean */
            mem_bytes: number | null;
            /** @description used, maximum */
            mem_bytes_max: number | null;
            mem_allotted_bytes: number | null;
        };
        AllotmentChange: {
            /** @description load time, milliseconds since 1970 (UTC) */
            at_ms: number;
            /** Format: uuid */
            server: string;
            name: string;
            /** @description after it */
            cpu_milli: number | null;
            /** @description after it */
            mem_bytes: number | null;
            /**
             * @description somebody asked for it, or the balancer shared the host out anew
             * @enum {string}
             */
            reason: "asked" | "balancer";
        };
        ResourceLog: {
            subject: string;
            /** @description load time, milliseconds since 1970 (UTC) */
            from_ms: number;
            step_ms: number;
            items: components["schemas"]["ResourceLogItem"][];
            /** @description of the allotment, within the time of items; those of the last 30 days are known */
            changes: components["schemas"]["AllotmentChange"][];
        };
        Pattern: {
            /** @description cpu, memory, net-in or net-out */
            resource: string;
            /** @description share of the ups and downs within days that the daily pattern explains; 0: none was found */
            day_pct: number;
            /** @description the same within weeks, of what the daily pattern leaves */
            week_pct: number;
            /** @description another period */
            other_ms: number | null;
            /** @description of its level, oldest first */
            changes: {
                /** @description load time, milliseconds since 1970 (UTC) */
                at_ms: number;
                before: number;
                after: number;
            }[];
        };
        Relation: {
            /** @description moves first, where it leads */
            first: string;
            second: string;
            /** @description first helps to foretell second (statistical precedence, no proof of cause); else they move at once */
            leads: boolean;
            lag_ms: number;
            correlation: number;
            f: number;
            /** @description corrected for all tests */
            q: number;
            /** @description share of the squared error that first takes away */
            gain_pct: number;
        };
        Recurring: {
            resource: string;
            /** @description bit 0 is Monday */
            days: number;
            /** @description of the day, in the pool's time zone */
            from_minute: number;
            to_minute: number;
            /** @description so many of */
            seen: number;
            /** @description the last ones */
            of: number;
        };
        Habits: {
            subject: string;
            /** @description load time; null: not enough history yet */
            issued_ms: number | null;
            patterns: components["schemas"]["Pattern"][];
            relations: components["schemas"]["Relation"][];
            /** @description how many tests the correction stands on */
            tests: number;
            /** @description overload windows that come back; hosts only */
            recurring: components["schemas"]["Recurring"][];
        };
    };
    responses: {
        /** @description What went wrong and what to do, in the language asked for. */
        Problem: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: {
        /** @description how many */
        Limit: number;
        /** @description `next` of the page before */
        After: string;
        /** @description the ETag that the change was made against; else 412 revision-changed */
        IfMatch: string;
        /** @description a repeat within 24 h gets the first answer again */
        IdempotencyKey: string;
        /** @description subject@revision: wait up to 2 s until the answer includes it */
        NeaptideAfter: string;
        Server: string;
        Host: string;
        User: string;
        Plan: string;
        Task: string;
        Session: string;
        /** @description `session` of the list */
        Token: string;
    };
    requestBodies: never;
    headers: {
        /** @description "revision" */
        ETag: string;
        /** @description where the new thing is */
        Location: string;
        /** @description the session */
        "Set-Cookie": string;
        /** @description subject@revision */
        "Neaptide-After": string;
        /** @description true: what was waited for is not in yet */
        "Neaptide-Stale": "true";
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getSetup: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Setup"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    createAdministrator: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetupRequest"];
            };
        };
        responses: {
            /** @description Signed in. */
            201: {
                headers: {
                    "Set-Cookie": components["headers"]["Set-Cookie"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    signIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SessionRequest"];
            };
        };
        responses: {
            /** @description Signed in. */
            201: {
                headers: {
                    "Set-Cookie": components["headers"]["Set-Cookie"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    signOut: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Signed out. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    changeSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SessionChange"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getMe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    changePassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordChange"];
            };
        };
        responses: {
            /** @description Signed in. */
            201: {
                headers: {
                    "Set-Cookie": components["headers"]["Set-Cookie"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listSessions: {
        parameters: {
            query?: {
                /** @description how many */
                limit?: components["parameters"]["Limit"];
                /** @description `next` of the page before */
                after?: components["parameters"]["After"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignInPage"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    endSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                session: components["parameters"]["Session"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ended. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    listTokens: {
        parameters: {
            query?: {
                /** @description how many */
                limit?: components["parameters"]["Limit"];
                /** @description `next` of the page before */
                after?: components["parameters"]["After"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignInPage"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    createToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TokenRequest"];
            };
        };
        responses: {
            /** @description Created. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Token"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    revokeToken: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description `session` of the list */
                token: components["parameters"]["Token"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revoked. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    listUsers: {
        parameters: {
            query?: {
                /** @description how many */
                limit?: components["parameters"]["Limit"];
                /** @description `next` of the page before */
                after?: components["parameters"]["After"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserPage"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    createUser: {
        parameters: {
            query?: never;
            header?: {
                /** @description a repeat within 24 h gets the first answer again */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserRequest"];
            };
        };
        responses: {
            /** @description Created. */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: components["parameters"]["User"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    deleteUser: {
        parameters: {
            query?: {
                /** @description delete their servers too */
                servers?: "delete";
            };
            header?: {
                /** @description the ETag that the change was made against; else 412 revision-changed */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                user: components["parameters"]["User"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Gone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    changeUser: {
        parameters: {
            query?: never;
            header?: {
                /** @description the ETag that the change was made against; else 412 revision-changed */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                user: components["parameters"]["User"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserChange"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    createLink: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: components["parameters"]["User"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Created; shown this once. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Link"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    readLink: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LinkRequest"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LinkInfo"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    useLink: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LinkUse"];
            };
        };
        responses: {
            /** @description Signed in. */
            201: {
                headers: {
                    "Set-Cookie": components["headers"]["Set-Cookie"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listAudit: {
        parameters: {
            query?: {
                /** @description how many */
                limit?: components["parameters"]["Limit"];
                /** @description `next` of the page before */
                after?: components["parameters"]["After"];
                /** @description only this person's */
                actor?: string;
                /** @description only this operation */
                action?: string;
                /** @description only about this */
                subject?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditPage"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getCatalogue: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Catalogue"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listServers: {
        parameters: {
            query?: {
                /** @description how many */
                limit?: components["parameters"]["Limit"];
                /** @description `next` of the page before */
                after?: components["parameters"]["After"];
                /** @description me; all, or the id of a person: administrators only */
                owner?: string;
            };
            header?: {
                /** @description subject@revision: wait up to 2 s until the answer includes it */
                "Neaptide-After"?: components["parameters"]["NeaptideAfter"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    "Neaptide-Stale": components["headers"]["Neaptide-Stale"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServerPage"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    createServer: {
        parameters: {
            query?: never;
            header?: {
                /** @description a repeat within 24 h gets the first answer again */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ServerRequest"];
            };
        };
        responses: {
            /** @description Accepted; it is being prepared. */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    ETag: components["headers"]["ETag"];
                    "Neaptide-After": components["headers"]["Neaptide-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServerAnswer"];
                };
            };
            /** @description Not decided within 2 s; the task says how it went. */
            202: {
                headers: {
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    previewServer: {
        parameters: {
            query: {
                /** @description template */
                template: string;
                /** @description for a resize of this server */
                server?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Preview"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getServer: {
        parameters: {
            query?: never;
            header?: {
                /** @description subject@revision: wait up to 2 s until the answer includes it */
                "Neaptide-After"?: components["parameters"]["NeaptideAfter"];
            };
            path: {
                server: components["parameters"]["Server"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Neaptide-Stale": components["headers"]["Neaptide-Stale"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Server"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    deleteServer: {
        parameters: {
            query?: never;
            header?: {
                /** @description the ETag that the change was made against; else 412 revision-changed */
                "If-Match"?: components["parameters"]["IfMatch"];
                /** @description a repeat within 24 h gets the first answer again */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                server: components["parameters"]["Server"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    "Neaptide-After": components["headers"]["Neaptide-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServerAnswer"];
                };
            };
            /** @description Not decided within 2 s; the task says how it went. */
            202: {
                headers: {
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    renameServer: {
        parameters: {
            query?: never;
            header?: {
                /** @description the ETag that the change was made against; else 412 revision-changed */
                "If-Match"?: components["parameters"]["IfMatch"];
                /** @description a repeat within 24 h gets the first answer again */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                server: components["parameters"]["Server"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ServerChange"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Neaptide-After": components["headers"]["Neaptide-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServerAnswer"];
                };
            };
            /** @description Not decided within 2 s; the task says how it went. */
            202: {
                headers: {
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    startServer: {
        parameters: {
            query?: never;
            header?: {
                /** @description the ETag that the change was made against; else 412 revision-changed */
                "If-Match"?: components["parameters"]["IfMatch"];
                /** @description a repeat within 24 h gets the first answer again */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                server: components["parameters"]["Server"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Neaptide-After": components["headers"]["Neaptide-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServerAnswer"];
                };
            };
            /** @description Not decided within 2 s; the task says how it went. */
            202: {
                headers: {
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    stopServer: {
        parameters: {
            query?: never;
            header?: {
                /** @description the ETag that the change was made against; else 412 revision-changed */
                "If-Match"?: components["parameters"]["IfMatch"];
                /** @description a repeat within 24 h gets the first answer again */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                server: components["parameters"]["Server"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Neaptide-After": components["headers"]["Neaptide-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServerAnswer"];
                };
            };
            /** @description Not decided within 2 s; the task says how it went. */
            202: {
                headers: {
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    restartServer: {
        parameters: {
            query?: never;
            header?: {
                /** @description the ETag that the change was made against; else 412 revision-changed */
                "If-Match"?: components["parameters"]["IfMatch"];
                /** @description a repeat within 24 h gets the first answer again */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                server: components["parameters"]["Server"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Neaptide-After": components["headers"]["Neaptide-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServerAnswer"];
                };
            };
            /** @description Not decided within 2 s; the task says how it went. */
            202: {
                headers: {
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    resizeServer: {
        parameters: {
            query?: never;
            header?: {
                /** @description the ETag that the change was made against; else 412 revision-changed */
                "If-Match"?: components["parameters"]["IfMatch"];
                /** @description a repeat within 24 h gets the first answer again */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                server: components["parameters"]["Server"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ResizeRequest"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Neaptide-After": components["headers"]["Neaptide-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServerAnswer"];
                };
            };
            /** @description Not decided within 2 s; the task says how it went. */
            202: {
                headers: {
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    moveServer: {
        parameters: {
            query?: never;
            header?: {
                /** @description the ETag that the change was made against; else 412 revision-changed */
                "If-Match"?: components["parameters"]["IfMatch"];
                /** @description a repeat within 24 h gets the first answer again */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                server: components["parameters"]["Server"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MoveRequest"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Neaptide-After": components["headers"]["Neaptide-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServerAnswer"];
                };
            };
            /** @description Not decided within 2 s; the task says how it went. */
            202: {
                headers: {
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    stayServer: {
        parameters: {
            query?: never;
            header?: {
                /** @description the ETag that the change was made against; else 412 revision-changed */
                "If-Match"?: components["parameters"]["IfMatch"];
                /** @description a repeat within 24 h gets the first answer again */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                server: components["parameters"]["Server"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Neaptide-After": components["headers"]["Neaptide-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServerAnswer"];
                };
            };
            /** @description Not decided within 2 s; the task says how it went. */
            202: {
                headers: {
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    deferServer: {
        parameters: {
            query?: never;
            header?: {
                /** @description the ETag that the change was made against; else 412 revision-changed */
                "If-Match"?: components["parameters"]["IfMatch"];
                /** @description a repeat within 24 h gets the first answer again */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                server: components["parameters"]["Server"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeferRequest"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Neaptide-After": components["headers"]["Neaptide-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServerAnswer"];
                };
            };
            /** @description Not decided within 2 s; the task says how it went. */
            202: {
                headers: {
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    consentServer: {
        parameters: {
            query?: never;
            header?: {
                /** @description the ETag that the change was made against; else 412 revision-changed */
                "If-Match"?: components["parameters"]["IfMatch"];
                /** @description a repeat within 24 h gets the first answer again */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                server: components["parameters"]["Server"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Neaptide-After": components["headers"]["Neaptide-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServerAnswer"];
                };
            };
            /** @description Not decided within 2 s; the task says how it went. */
            202: {
                headers: {
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    pinServer: {
        parameters: {
            query?: never;
            header?: {
                /** @description the ETag that the change was made against; else 412 revision-changed */
                "If-Match"?: components["parameters"]["IfMatch"];
                /** @description a repeat within 24 h gets the first answer again */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                server: components["parameters"]["Server"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PinRequest"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Neaptide-After": components["headers"]["Neaptide-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServerAnswer"];
                };
            };
            /** @description Not decided within 2 s; the task says how it went. */
            202: {
                headers: {
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getServerAccess: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                server: components["parameters"]["Server"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Access"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getServerLoad: {
        parameters: {
            query?: {
                /** @description begin, load time; 1 h back where absent */
                from_ms?: number;
                /** @description end, load time; now where absent */
                to_ms?: number;
                /** @description about how many points; the step is one of 5 s, 1 min, 5 min, 30 min, 2 h */
                points?: number;
                /** @description how long before to_ms it begins, where from_ms is absent */
                range?: "1h" | "6h" | "24h" | "7d" | "30d";
            };
            header?: never;
            path: {
                server: components["parameters"]["Server"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoadSeries"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getServerResourceLog: {
        parameters: {
            query?: {
                /** @description begin, load time; 1 h back where absent */
                from_ms?: number;
                /** @description end, load time; now where absent */
                to_ms?: number;
                /** @description about how many points; the step is one of 5 s, 1 min, 5 min, 30 min, 2 h */
                points?: number;
                /** @description how long before to_ms it begins, where from_ms is absent */
                range?: "1h" | "6h" | "24h" | "7d" | "30d";
            };
            header?: never;
            path: {
                server: components["parameters"]["Server"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResourceLog"];
                    "text/csv": string;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getServerHabits: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                server: components["parameters"]["Server"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Habits"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getServerForecast: {
        parameters: {
            query?: {
                /** @description only this one */
                resource?: "cpu" | "memory";
            };
            header?: never;
            path: {
                server: components["parameters"]["Server"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Forecasts"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listServerEvents: {
        parameters: {
            query?: {
                /** @description how many */
                limit?: components["parameters"]["Limit"];
                /** @description `next` of the page before */
                after?: components["parameters"]["After"];
            };
            header?: never;
            path: {
                server: components["parameters"]["Server"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServerEventPage"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    openTerminal: {
        parameters: {
            query?: {
                /** @description columns */
                cols?: number;
                /** @description rows */
                rows?: number;
                /** @description of a terminal that lives on */
                id?: string;
            };
            header?: never;
            path: {
                server: components["parameters"]["Server"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The WebSocket begins. */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    getServerLogs: {
        parameters: {
            query?: {
                /** @description so many of the last lines */
                tail?: number;
                /** @description 1: goes on until the server stops */
                follow?: 0 | 1;
                /** @description only later ones, wall time in milliseconds */
                since?: number;
            };
            header?: never;
            path: {
                server: components["parameters"]["Server"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The lines. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listFiles: {
        parameters: {
            query: {
                /** @description absolute, inside the server */
                path: string;
            };
            header?: never;
            path: {
                server: components["parameters"]["Server"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FileList"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    readFile: {
        parameters: {
            query: {
                /** @description absolute, inside the server */
                path: string;
            };
            header?: never;
            path: {
                server: components["parameters"]["Server"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The bytes. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    writeFile: {
        parameters: {
            query: {
                /** @description absolute, inside the server */
                path: string;
            };
            header?: {
                /** @description the ETag that was read */
                "If-Match"?: string;
                "If-None-Match"?: string;
            };
            path: {
                server: components["parameters"]["Server"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description Written. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FileAnswer"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    deleteFile: {
        parameters: {
            query: {
                /** @description absolute, inside the server */
                path: string;
                /** @description 1: with all that is in it */
                recursive?: 0 | 1;
            };
            header?: never;
            path: {
                server: components["parameters"]["Server"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Gone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    downloadArchive: {
        parameters: {
            query: {
                /** @description absolute, inside the server */
                path: string;
            };
            header?: never;
            path: {
                server: components["parameters"]["Server"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The archive. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-tar": string;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getUpload: {
        parameters: {
            query: {
                /** @description absolute, inside the server */
                path: string;
                /** @description the client's own, [a-z0-9] */
                id: string;
            };
            header?: never;
            path: {
                server: components["parameters"]["Server"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upload"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    uploadPiece: {
        parameters: {
            query: {
                /** @description absolute, inside the server */
                path: string;
                /** @description the client's own, [a-z0-9] */
                id: string;
                offset: number;
                /** @description of the whole file */
                size: number;
            };
            header?: never;
            path: {
                server: components["parameters"]["Server"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description Taken. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upload"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    makeFolder: {
        parameters: {
            query: {
                /** @description absolute, inside the server */
                path: string;
            };
            header?: never;
            path: {
                server: components["parameters"]["Server"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FileAnswer"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    renameFile: {
        parameters: {
            query: {
                /** @description absolute, inside the server */
                path: string;
                /** @description absolute */
                to: string;
                /** @description 1: over what is there */
                replace?: 0 | 1;
            };
            header?: never;
            path: {
                server: components["parameters"]["Server"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FileAnswer"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listEvents: {
        parameters: {
            query?: {
                /** @description how many */
                limit?: components["parameters"]["Limit"];
                /** @description `next` of the page before */
                after?: components["parameters"]["After"];
                /** @description me; all, or the id of a person: administrators only */
                owner?: string;
                /** @description only events of this kind */
                kind?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServerEventPage"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listHosts: {
        parameters: {
            query?: {
                /** @description how many */
                limit?: components["parameters"]["Limit"];
                /** @description `next` of the page before */
                after?: components["parameters"]["After"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HostPage"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getHost: {
        parameters: {
            query?: never;
            header?: {
                /** @description subject@revision: wait up to 2 s until the answer includes it */
                "Neaptide-After"?: components["parameters"]["NeaptideAfter"];
            };
            path: {
                host: components["parameters"]["Host"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Host"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getHostLoad: {
        parameters: {
            query?: {
                /** @description begin, load time; 1 h back where absent */
                from_ms?: number;
                /** @description end, load time; now where absent */
                to_ms?: number;
                /** @description about how many points; the step is one of 5 s, 1 min, 5 min, 30 min, 2 h */
                points?: number;
                /** @description how long before to_ms it begins, where from_ms is absent */
                range?: "1h" | "6h" | "24h" | "7d" | "30d";
            };
            header?: never;
            path: {
                host: components["parameters"]["Host"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoadSeries"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getHostResourceLog: {
        parameters: {
            query?: {
                /** @description begin, load time; 1 h back where absent */
                from_ms?: number;
                /** @description end, load time; now where absent */
                to_ms?: number;
                /** @description about how many points; the step is one of 5 s, 1 min, 5 min, 30 min, 2 h */
                points?: number;
                /** @description how long before to_ms it begins, where from_ms is absent */
                range?: "1h" | "6h" | "24h" | "7d" | "30d";
            };
            header?: never;
            path: {
                host: components["parameters"]["Host"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResourceLog"];
                    "text/csv": string;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getHostHabits: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                host: components["parameters"]["Host"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Habits"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getHostForecast: {
        parameters: {
            query?: {
                /** @description only this one */
                resource?: "cpu" | "memory";
            };
            header?: never;
            path: {
                host: components["parameters"]["Host"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Forecasts"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    cordonHost: {
        parameters: {
            query?: never;
            header?: {
                /** @description the ETag that the change was made against; else 412 revision-changed */
                "If-Match"?: components["parameters"]["IfMatch"];
                /** @description a repeat within 24 h gets the first answer again */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                host: components["parameters"]["Host"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CordonRequest"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Neaptide-After": components["headers"]["Neaptide-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HostAnswer"];
                };
            };
            /** @description Not decided within 2 s; the task says how it went. */
            202: {
                headers: {
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    setHostRole: {
        parameters: {
            query?: never;
            header?: {
                /** @description the ETag that the change was made against; else 412 revision-changed */
                "If-Match"?: components["parameters"]["IfMatch"];
                /** @description a repeat within 24 h gets the first answer again */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                host: components["parameters"]["Host"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RoleRequest"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Neaptide-After": components["headers"]["Neaptide-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HostAnswer"];
                };
            };
            /** @description Not decided within 2 s; the task says how it went. */
            202: {
                headers: {
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listWindows: {
        parameters: {
            query?: {
                /** @description how many */
                limit?: components["parameters"]["Limit"];
                /** @description `next` of the page before */
                after?: components["parameters"]["After"];
                /** @description only this host */
                host?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WindowPage"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getTide: {
        parameters: {
            query?: {
                /** @description which resource */
                resource?: "cpu" | "memory";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tide"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listMoves: {
        parameters: {
            query?: {
                /** @description how many */
                limit?: components["parameters"]["Limit"];
                /** @description `next` of the page before */
                after?: components["parameters"]["After"];
                /** @description only moves of this server */
                server?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MovePage"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listPlans: {
        parameters: {
            query?: {
                /** @description how many */
                limit?: components["parameters"]["Limit"];
                /** @description `next` of the page before */
                after?: components["parameters"]["After"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlanPage"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getPlan: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                plan: components["parameters"]["Plan"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Plan"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getPool: {
        parameters: {
            query?: never;
            header?: {
                /** @description subject@revision: wait up to 2 s until the answer includes it */
                "Neaptide-After"?: components["parameters"]["NeaptideAfter"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Pool"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    changePool: {
        parameters: {
            query?: never;
            header?: {
                /** @description the ETag that the change was made against; else 412 revision-changed */
                "If-Match"?: components["parameters"]["IfMatch"];
                /** @description a repeat within 24 h gets the first answer again */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PoolChange"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Neaptide-After": components["headers"]["Neaptide-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PoolAnswer"];
                };
            };
            /** @description Not decided within 2 s; the task says how it went. */
            202: {
                headers: {
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listTasks: {
        parameters: {
            query?: {
                /** @description how many */
                limit?: components["parameters"]["Limit"];
                /** @description `next` of the page before */
                after?: components["parameters"]["After"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskPage"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getTask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                task: components["parameters"]["Task"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    streamEvents: {
        parameters: {
            query?: never;
            header?: {
                /** @description replay what came after this event */
                "Last-Event-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Server-sent events; a comment line every 10 s. Only what this person may see. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["StreamEvent"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    completeConsole: {
        parameters: {
            query?: {
                /** @description The line up to the cursor; a blank at its end begins the next word. */
                line?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The words that fit, each with what it does. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConsoleWords"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    runConsole: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConsoleRequest"];
            };
        };
        responses: {
            /** @description What a terminal would show; exit says whether it worked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConsoleAnswer"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getOpenapi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OpenAPI 3.1 */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getAsyncapi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description AsyncAPI 3.0 */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getReady: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description Not yet. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description text */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
}
