export interface paths {
    "/api/v1/info": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What this engine is, and whether you may steer it */
        get: operations["getInfo"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/state": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All that the engine knows, and the number of the last fact in it
         * @description Read the feed with `?after=` that number, and `?engine=`, to go on from here without a gap.
         */
        get: operations["getState"];
        put?: never;
        post?: never;
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
        /** This document */
        get: operations["getOpenApi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/graph.schema.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The JSON Schema of graph files, with the node types of plugins that are loaded */
        get: operations["getGraphSchema"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/feed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Everything that happens, as it happens
         * @description A stream of server-sent events. `id:` is the number of a fact; a reader that comes back with `Last-Event-ID`, or `?after=`, gets what it missed, from the last 2000 facts. When that is not possible, or no number is given, it begins with `reset`.
         *
         *     | Event | Data |
         *     | --- | --- |
         *     | `reset` | `{ engine, seq, state }`: forget what you had |
         *     | `fact` | a fact, with `seq`, `atMs` and `type` |
         *     | `transition` | a step of a machine, as `/machines/{instance}/transitions` gives them |
         *     | `log` | `{ seq, atMs, level, code, message, fix, graph?, node?, call?, plugin? }`: a problem that a fact tells of |
         *     | `stats` | with `?stats=1`, twice a second for each graph: `{ graph, positionUs, stats, levels }` |
         *     | `lag` | `{ dropped, stats, others }`: a slow reader missed so many messages, figures first and never facts; with `cut: true` and a `reason` the stream ends |
         *
         *     `EventSource` cannot show a token; read the stream by `fetch` where one is needed.
         */
        get: operations["readFeed"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/commands": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Do any command of the engine
         * @description Answers when it is done; what became of it is a fact of the feed too: `command.done` or `command.refused`.
         */
        post: operations["execute"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{call}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Pause what plays */
        post: operations["callPause"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{call}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Go on with what was paused */
        post: operations["callResume"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{call}/seek": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Go to another place of what plays */
        post: operations["callSeek"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{call}/skip": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Go to the next track */
        post: operations["callSkip"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{call}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stop playing; the call goes on */
        post: operations["callStop"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{call}/play": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Play something instead of what plays now */
        post: operations["callPlay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{call}/volume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Set how loud the music is */
        post: operations["callVolume"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{call}/leave": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Leave the call; its graph ends */
        post: operations["callLeave"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{call}/tell": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Write in the call's chat */
        post: operations["callTell"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{call}/mute": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Be silent for everybody in the call, or be heard again */
        post: operations["callMute"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{call}/raise-hand": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask to speak in a Telegram call, or no longer */
        post: operations["callRaiseHand"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{call}/title": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Change the title of a Telegram call; for admins */
        post: operations["callTitle"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{call}/record": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let Telegram record a call, or end that; for admins */
        post: operations["callRecord"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{call}/invite": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Invite users to a Telegram call */
        post: operations["callInvite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{call}/end": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End a Telegram call for everybody; for admins */
        post: operations["callEnd"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{call}/participants/{participant}/mute": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make somebody silent in the graph, or let him be heard again */
        post: operations["participantMute"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{call}/participants/{participant}/volume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make somebody louder or quieter: in a room in what the graph hears of him, in a Telegram call for everybody if the account is an admin, else for the account */
        post: operations["participantVolume"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{call}/participants/{participant}/kick": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Remove somebody from the call */
        post: operations["participantKick"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/graphs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The graphs that run, and those that ended lately */
        get: operations["listGraphs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/graphs/{graph}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A running graph with all that a drawing needs */
        get: operations["getGraph"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/graphs/{graph}/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Exact figures of a running graph */
        get: operations["getGraphStats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/graphs/{graph}/nodes/{node}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change options of a running node, leave it out, or let it work again */
        patch: operations["changeNode"];
        trace?: never;
    };
    "/api/v1/graphs/{graph}/nodes/{node}/commands": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Hand one of the node's own commands to it */
        post: operations["commandNode"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/graphs/{graph}/source": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The text of a running graph */
        get: operations["getSource"];
        /**
         * Put another text in its place while it runs, crossfaded
         * @description What is the same in both texts goes on with its state. With anything wrong in it, nothing changes. A text that is sent may name the plugins that come with voxgraph and those that the graph names already, and may not bring in commands to run or files to write.
         */
        put: operations["putSource"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/graphs/{graph}/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Everything that is wrong, or doubtful, in a text; nothing of it runs */
        post: operations["checkSource"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/graphs/{graph}/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take the last change of the text back, crossfaded */
        post: operations["undoSource"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/graphs/{graph}/wires/{wire}/audio": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The sound of a wire as a WAV without end, 48 kHz stereo of 16 bits */
        get: operations["listenWire"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/graphs/{graph}/wires/{wire}/thumbnail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The newest picture of a wire of video as a JPEG of at most 240 pixels
         * @description Made when it is asked for, and at most twice a second however many ask. Of several streams on one wire it is the first. `ETag` tells whether it is another one.
         */
        get: operations["seeWire"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The open calls */
        get: operations["listCalls"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{call}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One call: its state, and who is there */
        get: operations["getCall"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/players": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What plays, and where it is
         * @description Of each node that plays files, addresses or a queue. Those of a call come in the order of its graph.
         */
        get: operations["listPlayers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/plugins": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The plugins, those of running graphs too */
        get: operations["listPlugins"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/plugins/{plugin}/enable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let a plugin work again */
        post: operations["enablePlugin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/plugins/{plugin}/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stop a plugin; it stays loaded and keeps its state */
        post: operations["disablePlugin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/plugins/{plugin}/configure": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give a plugin other settings, until its installer does so */
        post: operations["configurePlugin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/plugins/{plugin}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send a plugin a message; answers with its reply */
        post: operations["sendPlugin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/machines": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The chart of every kind of machine, and the machines that run or ended lately */
        get: operations["listMachines"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/machines/{instance}/transitions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The last 200 steps of a machine
         * @description What comes after them is told by the feed, as `transition`.
         */
        get: operations["listTransitions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/node-types": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The node types that graphs may use, those of plugins too */
        get: operations["listNodeTypes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/node-types/{type}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Ports, options and docs of a node type */
        get: operations["getNodeType"];
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
        /** @description Why a request was refused. */
        Error: {
            error: {
                /** @description The row of docs/errors.md. */
                code: string;
                /** @description What is wrong, as one sentence. */
                message: string;
                /** @description What to do about it. */
                fix: string;
                /** @description What is wrong: a part of the request such as `body.options`, or a place in a file. */
                where?: string;
                /** @description Everything that is wrong, when it is about a text. */
                problems?: components["schemas"]["TextProblem"][];
            };
        };
        /** @description Something that is wrong, or doubtful, in the text of a graph file. */
        TextProblem: {
            /** @description The row of docs/errors.md. */
            code: string;
            /** @description What is wrong, as one sentence. */
            message: string;
            /** @description What to do about it. */
            fix: string;
            /** @enum {string} */
            severity: "error" | "warning";
            /** @description From 1. */
            line?: number;
            /** @description From 1. */
            column?: number;
            endLine?: number;
            /** @description The first column behind it. */
            endColumn?: number;
            /** @description Such as nodes.duck.options.depthDb. */
            path?: string;
            node?: string;
        };
        Info: {
            /** @constant */
            name: "voxgraph";
            version: string;
            /** @description The version of Node. */
            node: string;
            /** @description Which run of the engine this is. */
            engine: string;
            /** @description Milliseconds since 1970. */
            startedAtMs: number;
            /** @description Since the server began. */
            uptimeMs: number;
            /** @description What this server can do, such as feed, metrics, hot-edit. */
            capabilities: string[];
            /** @description Whether the token that was shown, or none, may change things. */
            maySteer: boolean;
            /** @description Whether an admin token is needed for that. */
            adminTokenNeeded: boolean;
        };
        NumberedState: {
            /** @description Which run of the engine this is: another one has other numbers. */
            engine: string;
            /** @description The number of the last fact in it. */
            seq: number;
            state: components["schemas"]["EngineState"];
        };
        /** @description All that the engine knows; it changes only by facts. */
        EngineState: {
            graphs: {
                [key: string]: components["schemas"]["GraphState"];
            };
            calls: {
                [key: string]: components["schemas"]["CallState"];
            };
            /** @description Empty for those who may not steer, once there is an admin token. */
            plugins: {
                [key: string]: components["schemas"]["PluginState"];
            };
        } & {
            [key: string]: unknown;
        };
        /** @description One graph, as the state shows it. */
        GraphState: {
            title: string;
            call?: string;
            /** @enum {string} */
            status: "loaded" | "running" | "ended";
            /** @description Why it ended: finished, stopped or failed. */
            reason?: string;
            /** @description The last problem of each node that has one. */
            problems: {
                [key: string]: components["schemas"]["Problem"];
            };
        } & {
            [key: string]: unknown;
        };
        /** @description Something that went wrong: a row of docs/errors.md, filled in. */
        Problem: {
            code: string;
            message: string;
            fix: string;
        } & {
            [key: string]: unknown;
        };
        /** @description One call, as the state shows it. */
        CallState: {
            /** @description Where it is. */
            address: string;
            /** @description The call machine's state, such as live or joining. */
            status: string;
            /** @description Those whose voice arrives. */
            participants: string[];
            /** @description What is known of them, by id. */
            people: {
                [key: string]: components["schemas"]["Participant"];
            };
            /** @description Those who speak at present. */
            speaking: string[];
            /** @description Those who are muted. */
            muted: string[];
            /** @description How loud those are to be, in percent, who are not as loud as they speak; by id. */
            volumes: {
                [key: string]: number;
            };
            /** @description Whether everybody hears silence of us. */
            selfMuted: boolean;
            /** @description Whether an admin keeps us from being heard. */
            silenced: boolean;
            /** @description Whether we ask to speak. */
            handRaised: boolean;
            /** @description How many connections listen. */
            listeners: number;
        } & {
            [key: string]: unknown;
        };
        /** @description What is known of somebody. */
        Participant: {
            /** @description As others see him. */
            name?: string;
            /** @description Whether he may manage the call. */
            admin?: boolean;
            /** @description Whether it is our own account. */
            self?: boolean;
        };
        /** @description One plugin, as the state shows it. */
        PluginState: {
            name: string;
            version: string;
            graph?: string;
            call?: string;
            /** @enum {string} */
            status: "enabled" | "disabled" | "failed";
            config: {
                [key: string]: unknown;
            };
            state?: unknown;
            faults: number;
            problem?: components["schemas"]["Problem"];
            /** @description What is left out of it after too many faults. */
            bypassed: string[];
        } & {
            [key: string]: unknown;
        };
        /** @description An imperative, by its `type`. */
        Command: {
            /** @constant */
            type: "call.play";
            /** @description The running graph. Default: the one of the call, or the only one. */
            graph?: string;
            /** @description The call whose graph is meant. */
            call?: string;
            /** @description The node that plays. Default: the only one of the graph that can do it. */
            node?: string;
            /** @description A file or an address. */
            src: string;
            /** @description Its name, for people. */
            title?: string;
        } | {
            /** @constant */
            type: "call.pause";
            /** @description The running graph. Default: the one of the call, or the only one. */
            graph?: string;
            /** @description The call whose graph is meant. */
            call?: string;
            /** @description The node that plays. Default: the only one of the graph that can do it. */
            node?: string;
        } | {
            /** @constant */
            type: "call.resume";
            /** @description The running graph. Default: the one of the call, or the only one. */
            graph?: string;
            /** @description The call whose graph is meant. */
            call?: string;
            /** @description The node that plays. Default: the only one of the graph that can do it. */
            node?: string;
        } | {
            /** @constant */
            type: "call.seek";
            /** @description The running graph. Default: the one of the call, or the only one. */
            graph?: string;
            /** @description The call whose graph is meant. */
            call?: string;
            /** @description The node that plays. Default: the only one of the graph that can do it. */
            node?: string;
            /** @description Where to go on, in milliseconds from the beginning. */
            positionMs: number;
        } | {
            /** @constant */
            type: "call.skip";
            /** @description The running graph. Default: the one of the call, or the only one. */
            graph?: string;
            /** @description The call whose graph is meant. */
            call?: string;
            /** @description The node that plays. Default: the only one of the graph that can do it. */
            node?: string;
        } | {
            /** @constant */
            type: "call.stop";
            /** @description The running graph. Default: the one of the call, or the only one. */
            graph?: string;
            /** @description The call whose graph is meant. */
            call?: string;
            /** @description The node that plays. Default: the only one of the graph that can do it. */
            node?: string;
        } | {
            /** @constant */
            type: "call.volume";
            /** @description The running graph. Default: the one of the call, or the only one. */
            graph?: string;
            /** @description The call whose graph is meant. */
            call?: string;
            /** @description The node that plays. Default: the only one of the graph that can do it. */
            node?: string;
            /** @description Gain in decibels. */
            gainDb?: number;
            /** @description Percent of the original amplitude. */
            percent?: number;
        } | {
            /** @constant */
            type: "call.leave";
            /** @description The call, such as room:lobby. */
            call: string;
        } | {
            /** @constant */
            type: "call.tell";
            /** @description The call, such as room:lobby. */
            call: string;
            text: string;
            /** @description The only participant it is for. Default: everybody. */
            to?: string;
        } | {
            /** @constant */
            type: "call.mute";
            /** @description The call, such as room:lobby. */
            call: string;
            /** @default true */
            muted: boolean;
        } | {
            /** @constant */
            type: "call.raiseHand";
            /** @description The call, such as room:lobby. */
            call: string;
            /** @default true */
            raised: boolean;
        } | {
            /** @constant */
            type: "call.title";
            /** @description The call, such as room:lobby. */
            call: string;
            title: string;
        } | {
            /** @constant */
            type: "call.record";
            /** @description The call, such as room:lobby. */
            call: string;
            /** @default true */
            on: boolean;
            /** @description What the recording is called. */
            title?: string;
        } | {
            /** @constant */
            type: "call.invite";
            /** @description The call, such as room:lobby. */
            call: string;
            /** @description Public names, such as @anna. */
            users: string[];
        } | {
            /** @constant */
            type: "call.start";
            /** @description The call, such as room:lobby. */
            call: string;
        } | {
            /** @constant */
            type: "call.end";
            /** @description The call, such as room:lobby. */
            call: string;
        } | {
            /** @constant */
            type: "participant.volume";
            /** @description The call, such as room:lobby. */
            call: string;
            /** @description The participant's id in the call. */
            participantId: string;
            /** @description 100 is as he speaks. */
            percent: number;
        } | {
            /** @constant */
            type: "participant.kick";
            /** @description The call, such as room:lobby. */
            call: string;
            /** @description The participant's id in the call. */
            participantId: string;
            /** @description What he is told. */
            reason?: string;
            /**
             * @description How long he may not come back, in milliseconds.
             * @default 60000
             */
            banMs: number;
        } | {
            /** @constant */
            type: "participant.mute";
            /** @description The call, such as room:lobby. */
            call: string;
            /** @description The participant's id in the call. */
            participantId: string;
            /** @default true */
            muted: boolean;
        } | {
            /** @constant */
            type: "node.set";
            /** @description The running graph. Default: the one of the call, or the only one. */
            graph?: string;
            /** @description The call whose graph is meant. */
            call?: string;
            node: string;
            /** @description Those that change. */
            options: {
                [key: string]: unknown;
            };
        } | {
            /** @constant */
            type: "node.bypass";
            /** @description The running graph. Default: the one of the call, or the only one. */
            graph?: string;
            /** @description The call whose graph is meant. */
            call?: string;
            /** @description Its name; split/gain is the node gain in every copy that the flow.split "split" makes. */
            node: string;
            /** @default true */
            bypassed: boolean;
        } | {
            /** @constant */
            type: "node.command";
            /** @description The running graph. Default: the one of the call, or the only one. */
            graph?: string;
            /** @description The call whose graph is meant. */
            call?: string;
            node: string;
            /** @description One of the node's own. */
            command: {
                type: string;
            } & {
                [key: string]: unknown;
            };
        } | {
            /** @constant */
            type: "plugin.enable";
            plugin: string;
        } | {
            /** @constant */
            type: "plugin.disable";
            plugin: string;
        } | {
            /** @constant */
            type: "plugin.configure";
            plugin: string;
            /** @description All of its settings; what is left out has its default. */
            config: {
                [key: string]: unknown;
            };
        };
        /** @description It is done. */
        Done: {
            /** @constant */
            done: true;
        };
        GraphSummary: {
            id: string;
            /** @description The graph's title. */
            title: string;
            /** @enum {string} */
            status: "loaded" | "running" | "ended";
            call?: string;
            file?: string;
        };
        Graph: {
            id: string;
            /** @description The graph's title. */
            title: string;
            /** @enum {string} */
            status: "loaded" | "running" | "ended";
            call?: string;
            /** @description The graph file's name. */
            file?: string;
            plan: components["schemas"]["DrawnPlan"];
        };
        /** @description What runs, for drawing. */
        DrawnPlan: {
            /** @description Producers before consumers. */
            nodes: components["schemas"]["PlannedNode"][];
            wires: components["schemas"]["PlannedWire"][];
            domains: components["schemas"]["ClockDomain"][];
            groups: components["schemas"]["CrashGroup"][];
            /** @description The sum of all estimated costs, in percent of a core. */
            totalPercent: number;
        };
        PlannedNode: {
            id: string;
            type: string;
            summary: string;
            /** @enum {string} */
            role: "source" | "effect" | "sink";
            /** @description The clock domain it runs in. */
            clock: string;
            /** @description Complete, as they are now. Empty for those who may not steer, once there is an admin token. */
            options: {
                [key: string]: unknown;
            };
            /** @description Those that can be changed while it runs. */
            liveOptions: string[];
            inputs: components["schemas"]["PlannedPort"][];
            outputs: components["schemas"]["PlannedPort"][];
            /** @description Why the planner added it; absent for a node of the file. */
            inserted?: string;
            /** @description Whether it may be left out under overload. */
            optional: boolean;
            /**
             * @description Why several graphs hear one instance.
             * @enum {string}
             */
            shared?: "asked" | "live" | "equal";
            /** @description Whether somebody bypassed it. */
            bypassed: boolean;
            /** @description Whether an input could stand in for each of its outputs. */
            canBypass: boolean;
            /** @description What it declares to add. */
            latencyMs: number;
            /** @description Estimated, in percent of a core. */
            costPercent: number;
            /** @description False when nobody measured its type. */
            costMeasured: boolean;
            /** @description Plugins' operators in it. */
            operators: {
                plugin: string;
                latencyMs: number;
            }[];
            /** @description Whether a graph of its own is among its options. */
            subgraph: boolean;
            /** @description The nodes of that graph; "split/gain" means "gain" in every copy of "split". */
            inside?: {
                id: string;
                type: string;
                summary: string;
                /** @description Whether it is left out of every copy. */
                bypassed: boolean;
                canBypass: boolean;
            }[];
        };
        PlannedPort: {
            port: string;
            /**
             * @description What flows.
             * @enum {string}
             */
            kind: "audio" | "video" | "packets" | "events";
            /**
             * @description How many wires it takes.
             * @enum {string}
             */
            arity: "one" | "optional" | "many";
            about: string;
            /** @description Of an output: what leaves it, in words. */
            format?: string;
        };
        PlannedWire: {
            /** @description Such as `music.audio>duck.bed`. */
            id: string;
            /** @description What it leaves, as `node.port`: levels go by it, and audio and thumbnail are asked by it. */
            outlet: string;
            from: {
                node: string;
                port: string;
            };
            to: {
                node: string;
                port: string;
            };
            /**
             * @description What flows.
             * @enum {string}
             */
            kind: "audio" | "video" | "packets" | "events";
            /** @description In words, such as `audio stereo`. */
            format: string;
            /** @description Whether it carries branches that join and leave. */
            branches: boolean;
            queue?: components["schemas"]["QueuePolicy"];
        };
        /** @description A bounded queue on a wire. */
        QueuePolicy: {
            frames: number;
            /** @enum {string} */
            overflow: "drop-oldest" | "drop-newest" | "block";
        };
        ClockDomain: {
            name: string;
            /** @description The sink that sets the pace; null: the 20 ms beat of the graph. */
            leader: string | null;
            /** @description Pictures a second, where somebody asks for a rate. */
            frameRate?: number;
        };
        /** @description Nodes that degrade together. */
        CrashGroup: {
            name: string;
            nodes: string[];
            /** @enum {string} */
            onError: "bypass" | "restart" | "end";
        };
        GraphStats: {
            graph: string;
            /** @description Media time so far, in microseconds. */
            positionUs: number;
            stats: components["schemas"]["RunStats"];
            /** @description By outlet, `node.port`. Measured only while somebody reads the feed with `stats=1`; else empty. */
            levels: {
                [key: string]: components["schemas"]["Level"];
            };
        };
        RunStats: {
            beat?: {
                ticks: number;
                skipped: number;
                bursts: number;
            } & {
                [key: string]: unknown;
            };
            /** @description By node; instances in personal mixes are node@participant. */
            nodes: {
                [key: string]: components["schemas"]["NodeStats"];
            };
            queues: ({
                from: string;
                to: string;
            } & {
                [key: string]: unknown;
            })[];
            plugins?: {
                [key: string]: unknown;
            };
        } & {
            [key: string]: unknown;
        };
        NodeStats: {
            /** @description What its guard does with it. */
            state: string;
            faults: number;
            counters: {
                [key: string]: number;
            };
            /** @description How much left on each output port. */
            passed: {
                [key: string]: number;
            };
            /** @description What it declares to add, at its present options. */
            latencyMs: number;
            /** @description What it takes of a beat on the thread of the beats, in microseconds, by the last 512 to 1024 beats that were timed (one of eight). What FFmpeg does in threads of its own is not in it. */
            work?: {
                p50Us: number;
                p99Us: number;
                beats: number;
            };
            /** @description How late what came last on each input was. */
            lateMs: {
                [key: string]: number;
            };
            shared?: number;
            /** @description Nodes inside that are left out of every copy. */
            leftOutInside?: string[];
        } & {
            [key: string]: unknown;
        };
        Level: {
            /** @description The largest sample since the last message, in dBFS; −120 for silence. */
            peakDb: number;
            /** @description Root mean square, in dBFS; −120 for silence. */
            rmsDb: number;
        };
        Source: {
            text: string;
            /** @description The graph file's name. */
            file: string;
            /** @description Says which text this is; PUT wants it back. */
            version: string;
            /** @description Whether the file on disk holds something else. */
            unsaved: boolean;
            /** @description How many changes can be undone. */
            undo: number;
        };
        ChangedSource: {
            text: string;
            /** @description The graph file's name. */
            file: string;
            /** @description Says which text this is; PUT wants it back. */
            version: string;
            /** @description Whether the file on disk holds something else. */
            unsaved: boolean;
            /** @description How many changes can be undone. */
            undo: number;
            /** @description What is different now, in words; empty: nothing. */
            changes: string[];
        };
        Call: {
            /** @description Its address, such as room:lobby. */
            call: string;
            /** @description The graph that runs in it. */
            graph?: string;
            state: components["schemas"]["CallState"];
        };
        /** @description A node that plays, and where it is. */
        Player: {
            graph: string;
            /** @description The call that it is heard in. */
            call?: string;
            node: string;
            /**
             * @description `queue`: one track after another; `recording`: one file or address.
             * @enum {string}
             */
            kind: "queue" | "recording";
            /**
             * @description `loading` until what was chosen is heard, `idle` with nothing to play, `ended` when it gives nothing any more.
             * @enum {string}
             */
            status: "loading" | "playing" | "paused" | "idle" | "ended" | "failed";
            /** @description The file or address that plays. */
            src?: string;
            title?: string;
            /** @description Where it is in the file, in milliseconds, to 20 ms. */
            positionMs: number;
            /** @description How long the file is, in milliseconds, where that is known. */
            durationMs?: number;
            /** @description How many seconds of it pass in one, while it plays; absent: one. */
            tempo?: number;
            queue?: {
                /** @description In the order of playing; at most 500, those that come next. */
                tracks: components["schemas"]["QueuedTrack"][];
                /** @description Place of the current track in `tracks`; their number when it is through. */
                index: number;
                /** @description How many tracks there are. */
                total: number;
                /** @enum {string} */
                repeat: "off" | "track" | "queue";
                /** @enum {string} */
                shuffle: "off" | "on" | "dynamic";
            };
            /** @description How loud the graph's music is set, in decibels, where one node sets it. */
            gainDb?: number;
        };
        /** @description A track of a queue. */
        QueuedTrack: {
            id: string;
            /** @description The file or address. */
            src: string;
            title?: string;
            /** @description Who asked for it. */
            requester?: string;
        };
        Plugin: {
            key: string;
            name: string;
            version: string;
            description: string;
            /** @enum {string} */
            status: "loading" | "enabled" | "disabled" | "failed";
            graph?: string;
            /** @description The file or package its code came from. */
            from?: string;
            priority: number;
            /** @description Its settings, as they are declared. */
            options: components["schemas"]["PluginOption"][];
            /** @description Its settings, as they are: complete. */
            config: {
                [key: string]: unknown;
            };
            /** @description What can be sent to it, with JSON Schemas of payload and reply. */
            messages: {
                [key: string]: {
                    description: string;
                } & {
                    [key: string]: unknown;
                };
            };
            parts: string[];
            /** @description Node types that it adds. */
            nodes: string[];
            faults: number;
            bypassed: string[];
            problem?: components["schemas"]["Problem"];
        } & {
            [key: string]: unknown;
        };
        PluginOption: {
            name: string;
            type: string;
            description: string;
            required: boolean;
        } & {
            [key: string]: unknown;
        };
        /** @description A state of a chart with everything in it; the outermost is the machine. */
        ChartState: {
            id: string;
            key: string;
            /** @enum {string} */
            type: "atomic" | "compound" | "parallel" | "final" | "history";
            initial?: string;
            description?: string;
            invokes: {
                id: string;
                src: string;
            }[];
            entry: string[];
            exit: string[];
            transitions: components["schemas"]["ChartTransition"][];
            states: components["schemas"]["ChartState"][];
        };
        ChartTransition: {
            id: string;
            trigger: components["schemas"]["Trigger"];
            guard?: string;
            targets: string[];
            actions: string[];
            description?: string;
        };
        /** @description What starts it: an `event`, a `delay` by name, an `actor` that is done or failed, or nothing. */
        Trigger: {
            /** @enum {string} */
            kind: "event" | "after" | "done" | "error" | "always";
        } & {
            [key: string]: unknown;
        };
        MachineInstance: {
            /** @description Such as call-1. */
            instance: string;
            /** @description Its chart. */
            machine: string;
            /** @description What it is about. */
            subject: {
                call?: string;
                graph?: string;
                node?: string;
                plugin?: string;
                account?: string;
            };
            value: components["schemas"]["StateValue"];
            /** @description Milliseconds since 1970. */
            sinceMs: number;
            ended: boolean;
        };
        /** @description A state by name, or by region: `{ "attempt": { "live": … } }`. */
        StateValue: string | {
            [key: string]: unknown;
        };
        MachineStep: {
            /** @description Rises from step to step of all machines. */
            n: number;
            /** @description Milliseconds since 1970. */
            atMs: number;
            instance: string;
            /** @description `(start)` for coming into the initial state. */
            event: string;
            guard?: string;
            from: components["schemas"]["StateValue"] | null;
            to: components["schemas"]["StateValue"];
            /** @description Those of the chart that were taken. */
            transitionIds: string[];
        };
        NodeTypeSummary: {
            type: string;
            group: string;
            summary: string;
        };
        NodeType: {
            type: string;
            group: string;
            summary: string;
            /** @description Markdown; may be empty. */
            details: string;
            inputs: {
                [key: string]: components["schemas"]["PortSpec"];
            };
            outputs: {
                [key: string]: components["schemas"]["PortSpec"];
            };
            /** @description JSON Schema (draft-07) of its options, for forms. */
            options: {
                [key: string]: unknown;
            };
            /** @description Options that can be changed while it runs. */
            liveOptions: string[];
            /** @description Options that are set only when it starts. */
            fixedOptions: string[];
            /** @description Options that name a file or an address. */
            fileOptions: string[];
            /** @description Whether it sets the pace of its clock domain: lead, may or follow. */
            leadership: string;
            needsCall: boolean;
        };
        PortSpec: {
            /** @enum {string} */
            kind: "audio" | "video" | "packets" | "events";
            /** @enum {string} */
            arity: "one" | "optional" | "many";
            about: string;
        } & {
            [key: string]: unknown;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getInfo: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What this engine is, and whether you may steer it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Info"];
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason} */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}" */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getState: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All that the engine knows, and the number of the last fact in it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NumberedState"];
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason} */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}" */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getOpenApi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description This document */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason} */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}" */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getGraphSchema: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The JSON Schema of graph files, with the node types of plugins that are loaded */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason} */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}" */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    readFeed: {
        parameters: {
            query?: {
                /** @description The number of the last fact you have. */
                after?: number;
                /** @description The run of the engine that number is of; of another one it means nothing. */
                engine?: string;
                /** @description Whether figures come too. */
                stats?: "0" | "1" | "false" | "true";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Everything that happens, as it happens */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason}; `INPUT_WRONG`: {where}: {reason} */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}" */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FEED_FULL`: {count} readers have the feed open already */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    execute: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Command"];
            };
        };
        responses: {
            /** @description Do any command of the engine */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason}; `INPUT_WRONG`: {where}: {reason}; `COMMAND_WRONG`: this is no command: {reason}; `CANNOT_BYPASS`: "{node}" cannot be left out: no input could stand in for what it gives */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}"; `ADMIN_TOKEN_NEEDED`: the admin token is needed {what}; `TEXT_FORBIDDEN`: {what} cannot be brought in over HTTP */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `UNKNOWN_CALL`: no open call has the id "{call}"; `UNKNOWN_GRAPH`: no running graph has the id "{graph}"; `UNKNOWN_RUNNING_NODE`: the running graph "{graph}" has no node "{node}"{hint}; `UNKNOWN_PARTICIPANT`: nobody in the call "{call}" has the id "{participant}"; `UNKNOWN_PLUGIN`: plugin "{plugin}" is not installed{hint} */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `COMMAND_REFUSED`: {command} was refused: {reason} */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `BODY_TOO_LARGE`: the body of the request is larger than {limitKiB} KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `NOT_JSON`: the body must be sent as application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    callPause: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The call, such as `room:lobby`. */
                call: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description The node that plays. Default: the only one of the graph that can do it. */
                    node?: string;
                };
            };
        };
        responses: {
            /** @description Pause what plays */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason}; `INPUT_WRONG`: {where}: {reason}; `COMMAND_WRONG`: this is no command: {reason} */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}"; `ADMIN_TOKEN_NEEDED`: the admin token is needed {what} */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `UNKNOWN_CALL`: no open call has the id "{call}"; `UNKNOWN_GRAPH`: no running graph has the id "{graph}"; `UNKNOWN_RUNNING_NODE`: the running graph "{graph}" has no node "{node}"{hint} */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `COMMAND_REFUSED`: {command} was refused: {reason} */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `BODY_TOO_LARGE`: the body of the request is larger than {limitKiB} KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `NOT_JSON`: the body must be sent as application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    callResume: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The call, such as `room:lobby`. */
                call: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description The node that plays. Default: the only one of the graph that can do it. */
                    node?: string;
                };
            };
        };
        responses: {
            /** @description Go on with what was paused */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason}; `INPUT_WRONG`: {where}: {reason}; `COMMAND_WRONG`: this is no command: {reason} */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}"; `ADMIN_TOKEN_NEEDED`: the admin token is needed {what} */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `UNKNOWN_CALL`: no open call has the id "{call}"; `UNKNOWN_GRAPH`: no running graph has the id "{graph}"; `UNKNOWN_RUNNING_NODE`: the running graph "{graph}" has no node "{node}"{hint} */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `COMMAND_REFUSED`: {command} was refused: {reason} */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `BODY_TOO_LARGE`: the body of the request is larger than {limitKiB} KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `NOT_JSON`: the body must be sent as application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    callSeek: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The call, such as `room:lobby`. */
                call: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The node that plays. Default: the only one of the graph that can do it. */
                    node?: string;
                    /** @description Where to go on, in milliseconds from the beginning. */
                    positionMs: number;
                };
            };
        };
        responses: {
            /** @description Go to another place of what plays */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason}; `INPUT_WRONG`: {where}: {reason}; `COMMAND_WRONG`: this is no command: {reason} */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}"; `ADMIN_TOKEN_NEEDED`: the admin token is needed {what} */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `UNKNOWN_CALL`: no open call has the id "{call}"; `UNKNOWN_GRAPH`: no running graph has the id "{graph}"; `UNKNOWN_RUNNING_NODE`: the running graph "{graph}" has no node "{node}"{hint} */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `COMMAND_REFUSED`: {command} was refused: {reason} */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `BODY_TOO_LARGE`: the body of the request is larger than {limitKiB} KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `NOT_JSON`: the body must be sent as application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    callSkip: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The call, such as `room:lobby`. */
                call: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description The node that plays. Default: the only one of the graph that can do it. */
                    node?: string;
                };
            };
        };
        responses: {
            /** @description Go to the next track */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason}; `INPUT_WRONG`: {where}: {reason}; `COMMAND_WRONG`: this is no command: {reason} */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}"; `ADMIN_TOKEN_NEEDED`: the admin token is needed {what} */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `UNKNOWN_CALL`: no open call has the id "{call}"; `UNKNOWN_GRAPH`: no running graph has the id "{graph}"; `UNKNOWN_RUNNING_NODE`: the running graph "{graph}" has no node "{node}"{hint} */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `COMMAND_REFUSED`: {command} was refused: {reason} */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `BODY_TOO_LARGE`: the body of the request is larger than {limitKiB} KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `NOT_JSON`: the body must be sent as application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    callStop: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The call, such as `room:lobby`. */
                call: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description The node that plays. Default: the only one of the graph that can do it. */
                    node?: string;
                };
            };
        };
        responses: {
            /** @description Stop playing; the call goes on */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason}; `INPUT_WRONG`: {where}: {reason}; `COMMAND_WRONG`: this is no command: {reason} */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}"; `ADMIN_TOKEN_NEEDED`: the admin token is needed {what} */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `UNKNOWN_CALL`: no open call has the id "{call}"; `UNKNOWN_GRAPH`: no running graph has the id "{graph}"; `UNKNOWN_RUNNING_NODE`: the running graph "{graph}" has no node "{node}"{hint} */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `COMMAND_REFUSED`: {command} was refused: {reason} */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `BODY_TOO_LARGE`: the body of the request is larger than {limitKiB} KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `NOT_JSON`: the body must be sent as application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    callPlay: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The call, such as `room:lobby`. */
                call: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The node that plays. Default: the only one of the graph that can do it. */
                    node?: string;
                    /** @description A file or an address. */
                    src: string;
                    /** @description Its name, for people. */
                    title?: string;
                };
            };
        };
        responses: {
            /** @description Play something instead of what plays now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason}; `INPUT_WRONG`: {where}: {reason}; `COMMAND_WRONG`: this is no command: {reason} */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}"; `ADMIN_TOKEN_NEEDED`: the admin token is needed {what} */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `UNKNOWN_CALL`: no open call has the id "{call}"; `UNKNOWN_GRAPH`: no running graph has the id "{graph}"; `UNKNOWN_RUNNING_NODE`: the running graph "{graph}" has no node "{node}"{hint} */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `COMMAND_REFUSED`: {command} was refused: {reason} */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `BODY_TOO_LARGE`: the body of the request is larger than {limitKiB} KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `NOT_JSON`: the body must be sent as application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    callVolume: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The call, such as `room:lobby`. */
                call: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The node that plays. Default: the only one of the graph that can do it. */
                    node?: string;
                    /** @description Gain in decibels. */
                    gainDb?: number;
                    /** @description Percent of the original amplitude. */
                    percent?: number;
                };
            };
        };
        responses: {
            /** @description Set how loud the music is */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason}; `INPUT_WRONG`: {where}: {reason}; `COMMAND_WRONG`: this is no command: {reason} */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}"; `ADMIN_TOKEN_NEEDED`: the admin token is needed {what} */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `UNKNOWN_CALL`: no open call has the id "{call}"; `UNKNOWN_GRAPH`: no running graph has the id "{graph}"; `UNKNOWN_RUNNING_NODE`: the running graph "{graph}" has no node "{node}"{hint} */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `COMMAND_REFUSED`: {command} was refused: {reason} */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `BODY_TOO_LARGE`: the body of the request is larger than {limitKiB} KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `NOT_JSON`: the body must be sent as application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    callLeave: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The call, such as `room:lobby`. */
                call: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Leave the call; its graph ends */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason}; `INPUT_WRONG`: {where}: {reason}; `COMMAND_WRONG`: this is no command: {reason} */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}"; `ADMIN_TOKEN_NEEDED`: the admin token is needed {what} */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `UNKNOWN_CALL`: no open call has the id "{call}"; `UNKNOWN_GRAPH`: no running graph has the id "{graph}"; `UNKNOWN_RUNNING_NODE`: the running graph "{graph}" has no node "{node}"{hint} */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `COMMAND_REFUSED`: {command} was refused: {reason} */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `BODY_TOO_LARGE`: the body of the request is larger than {limitKiB} KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `NOT_JSON`: the body must be sent as application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    callTell: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The call, such as `room:lobby`. */
                call: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    text: string;
                    /** @description The only participant it is for. Default: everybody. */
                    to?: string;
                };
            };
        };
        responses: {
            /** @description Write in the call's chat */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason}; `INPUT_WRONG`: {where}: {reason}; `COMMAND_WRONG`: this is no command: {reason} */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}"; `ADMIN_TOKEN_NEEDED`: the admin token is needed {what} */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `UNKNOWN_CALL`: no open call has the id "{call}"; `UNKNOWN_GRAPH`: no running graph has the id "{graph}"; `UNKNOWN_RUNNING_NODE`: the running graph "{graph}" has no node "{node}"{hint} */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `COMMAND_REFUSED`: {command} was refused: {reason} */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `BODY_TOO_LARGE`: the body of the request is larger than {limitKiB} KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `NOT_JSON`: the body must be sent as application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    callMute: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The call, such as `room:lobby`. */
                call: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @default true */
                    muted?: boolean;
                };
            };
        };
        responses: {
            /** @description Be silent for everybody in the call, or be heard again */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason}; `INPUT_WRONG`: {where}: {reason}; `COMMAND_WRONG`: this is no command: {reason} */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}"; `ADMIN_TOKEN_NEEDED`: the admin token is needed {what} */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `UNKNOWN_CALL`: no open call has the id "{call}"; `UNKNOWN_GRAPH`: no running graph has the id "{graph}"; `UNKNOWN_RUNNING_NODE`: the running graph "{graph}" has no node "{node}"{hint} */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `COMMAND_REFUSED`: {command} was refused: {reason} */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `BODY_TOO_LARGE`: the body of the request is larger than {limitKiB} KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `NOT_JSON`: the body must be sent as application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    callRaiseHand: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The call, such as `room:lobby`. */
                call: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @default true */
                    raised?: boolean;
                };
            };
        };
        responses: {
            /** @description Ask to speak in a Telegram call, or no longer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason}; `INPUT_WRONG`: {where}: {reason}; `COMMAND_WRONG`: this is no command: {reason} */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}"; `ADMIN_TOKEN_NEEDED`: the admin token is needed {what} */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `UNKNOWN_CALL`: no open call has the id "{call}"; `UNKNOWN_GRAPH`: no running graph has the id "{graph}"; `UNKNOWN_RUNNING_NODE`: the running graph "{graph}" has no node "{node}"{hint} */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `COMMAND_REFUSED`: {command} was refused: {reason} */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `BODY_TOO_LARGE`: the body of the request is larger than {limitKiB} KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `NOT_JSON`: the body must be sent as application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    callTitle: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The call, such as `room:lobby`. */
                call: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    title: string;
                };
            };
        };
        responses: {
            /** @description Change the title of a Telegram call; for admins */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason}; `INPUT_WRONG`: {where}: {reason}; `COMMAND_WRONG`: this is no command: {reason} */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}"; `ADMIN_TOKEN_NEEDED`: the admin token is needed {what} */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `UNKNOWN_CALL`: no open call has the id "{call}"; `UNKNOWN_GRAPH`: no running graph has the id "{graph}"; `UNKNOWN_RUNNING_NODE`: the running graph "{graph}" has no node "{node}"{hint} */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `COMMAND_REFUSED`: {command} was refused: {reason} */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `BODY_TOO_LARGE`: the body of the request is larger than {limitKiB} KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `NOT_JSON`: the body must be sent as application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    callRecord: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The call, such as `room:lobby`. */
                call: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @default true */
                    on?: boolean;
                    /** @description What the recording is called. */
                    title?: string;
                };
            };
        };
        responses: {
            /** @description Let Telegram record a call, or end that; for admins */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason}; `INPUT_WRONG`: {where}: {reason}; `COMMAND_WRONG`: this is no command: {reason} */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}"; `ADMIN_TOKEN_NEEDED`: the admin token is needed {what} */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `UNKNOWN_CALL`: no open call has the id "{call}"; `UNKNOWN_GRAPH`: no running graph has the id "{graph}"; `UNKNOWN_RUNNING_NODE`: the running graph "{graph}" has no node "{node}"{hint} */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `COMMAND_REFUSED`: {command} was refused: {reason} */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `BODY_TOO_LARGE`: the body of the request is larger than {limitKiB} KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `NOT_JSON`: the body must be sent as application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    callInvite: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The call, such as `room:lobby`. */
                call: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Public names, such as @anna. */
                    users: string[];
                };
            };
        };
        responses: {
            /** @description Invite users to a Telegram call */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason}; `INPUT_WRONG`: {where}: {reason}; `COMMAND_WRONG`: this is no command: {reason} */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}"; `ADMIN_TOKEN_NEEDED`: the admin token is needed {what} */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `UNKNOWN_CALL`: no open call has the id "{call}"; `UNKNOWN_GRAPH`: no running graph has the id "{graph}"; `UNKNOWN_RUNNING_NODE`: the running graph "{graph}" has no node "{node}"{hint} */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `COMMAND_REFUSED`: {command} was refused: {reason} */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `BODY_TOO_LARGE`: the body of the request is larger than {limitKiB} KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `NOT_JSON`: the body must be sent as application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    callEnd: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The call, such as `room:lobby`. */
                call: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description End a Telegram call for everybody; for admins */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason}; `INPUT_WRONG`: {where}: {reason}; `COMMAND_WRONG`: this is no command: {reason} */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}"; `ADMIN_TOKEN_NEEDED`: the admin token is needed {what} */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `UNKNOWN_CALL`: no open call has the id "{call}"; `UNKNOWN_GRAPH`: no running graph has the id "{graph}"; `UNKNOWN_RUNNING_NODE`: the running graph "{graph}" has no node "{node}"{hint} */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `COMMAND_REFUSED`: {command} was refused: {reason} */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `BODY_TOO_LARGE`: the body of the request is larger than {limitKiB} KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `NOT_JSON`: the body must be sent as application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    participantMute: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The call, such as `room:lobby`. */
                call: string;
                /** @description His id in the call. */
                participant: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @default true */
                    muted?: boolean;
                };
            };
        };
        responses: {
            /** @description Make somebody silent in the graph, or let him be heard again */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason}; `INPUT_WRONG`: {where}: {reason}; `COMMAND_WRONG`: this is no command: {reason} */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}"; `ADMIN_TOKEN_NEEDED`: the admin token is needed {what} */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `UNKNOWN_CALL`: no open call has the id "{call}"; `UNKNOWN_GRAPH`: no running graph has the id "{graph}"; `UNKNOWN_RUNNING_NODE`: the running graph "{graph}" has no node "{node}"{hint}; `UNKNOWN_PARTICIPANT`: nobody in the call "{call}" has the id "{participant}" */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `COMMAND_REFUSED`: {command} was refused: {reason} */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `BODY_TOO_LARGE`: the body of the request is larger than {limitKiB} KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `NOT_JSON`: the body must be sent as application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    participantVolume: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The call, such as `room:lobby`. */
                call: string;
                /** @description His id in the call. */
                participant: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description 100 is as he speaks. */
                    percent: number;
                };
            };
        };
        responses: {
            /** @description Make somebody louder or quieter: in a room in what the graph hears of him, in a Telegram call for everybody if the account is an admin, else for the account */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason}; `INPUT_WRONG`: {where}: {reason}; `COMMAND_WRONG`: this is no command: {reason} */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}"; `ADMIN_TOKEN_NEEDED`: the admin token is needed {what} */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `UNKNOWN_CALL`: no open call has the id "{call}"; `UNKNOWN_GRAPH`: no running graph has the id "{graph}"; `UNKNOWN_RUNNING_NODE`: the running graph "{graph}" has no node "{node}"{hint}; `UNKNOWN_PARTICIPANT`: nobody in the call "{call}" has the id "{participant}" */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `COMMAND_REFUSED`: {command} was refused: {reason} */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `BODY_TOO_LARGE`: the body of the request is larger than {limitKiB} KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `NOT_JSON`: the body must be sent as application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    participantKick: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The call, such as `room:lobby`. */
                call: string;
                /** @description His id in the call. */
                participant: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description What he is told. */
                    reason?: string;
                    /**
                     * @description How long he may not come back, in milliseconds.
                     * @default 60000
                     */
                    banMs?: number;
                };
            };
        };
        responses: {
            /** @description Remove somebody from the call */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason}; `INPUT_WRONG`: {where}: {reason}; `COMMAND_WRONG`: this is no command: {reason} */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}"; `ADMIN_TOKEN_NEEDED`: the admin token is needed {what} */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `UNKNOWN_CALL`: no open call has the id "{call}"; `UNKNOWN_GRAPH`: no running graph has the id "{graph}"; `UNKNOWN_RUNNING_NODE`: the running graph "{graph}" has no node "{node}"{hint}; `UNKNOWN_PARTICIPANT`: nobody in the call "{call}" has the id "{participant}" */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `COMMAND_REFUSED`: {command} was refused: {reason} */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `BODY_TOO_LARGE`: the body of the request is larger than {limitKiB} KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `NOT_JSON`: the body must be sent as application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listGraphs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The graphs that run, and those that ended lately */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        graphs: components["schemas"]["GraphSummary"][];
                    };
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason} */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}" */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getGraph: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The running graph, such as `graph-1`. */
                graph: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A running graph with all that a drawing needs */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Graph"];
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason}; `INPUT_WRONG`: {where}: {reason} */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}" */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `UNKNOWN_GRAPH`: no running graph has the id "{graph}" */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getGraphStats: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The running graph, such as `graph-1`. */
                graph: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Exact figures of a running graph */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GraphStats"];
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason}; `INPUT_WRONG`: {where}: {reason} */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}" */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `UNKNOWN_GRAPH`: no running graph has the id "{graph}" */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    changeNode: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The running graph, such as `graph-1`. */
                graph: string;
                /** @description The node's name in the graph file. */
                node: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Those that change; `liveOptions` may. */
                    options?: {
                        [key: string]: unknown;
                    };
                    /** @description Whether it is left out: its input passes through. */
                    bypassed?: boolean;
                };
            };
        };
        responses: {
            /** @description Change options of a running node, leave it out, or let it work again */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason}; `INPUT_WRONG`: {where}: {reason}; `UNKNOWN_OPTION`: option "{option}" does not exist{hint}; `BAD_OPTION`: option "{option}": {reason}; `CANNOT_BYPASS`: "{node}" cannot be left out: no input could stand in for what it gives */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}"; `ADMIN_TOKEN_NEEDED`: the admin token is needed {what} */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `UNKNOWN_GRAPH`: no running graph has the id "{graph}"; `UNKNOWN_RUNNING_NODE`: the running graph "{graph}" has no node "{node}"{hint} */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `BODY_TOO_LARGE`: the body of the request is larger than {limitKiB} KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `NOT_JSON`: the body must be sent as application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    commandNode: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The running graph, such as `graph-1`. */
                graph: string;
                /** @description The node's name in the graph file. */
                node: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    type: string;
                } & {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description Hand one of the node's own commands to it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason}; `INPUT_WRONG`: {where}: {reason} */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}"; `ADMIN_TOKEN_NEEDED`: the admin token is needed {what} */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `UNKNOWN_GRAPH`: no running graph has the id "{graph}"; `UNKNOWN_RUNNING_NODE`: the running graph "{graph}" has no node "{node}"{hint} */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `BODY_TOO_LARGE`: the body of the request is larger than {limitKiB} KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `NOT_JSON`: the body must be sent as application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getSource: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The running graph, such as `graph-1`. */
                graph: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The text of a running graph */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Source"];
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason}; `INPUT_WRONG`: {where}: {reason}; `GRAPH_NOT_FOUND`: the graph file {file} does not exist */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}"; `ADMIN_TOKEN_NEEDED`: the admin token is needed {what} */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `UNKNOWN_GRAPH`: no running graph has the id "{graph}" */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `NO_GRAPH_FILE`: the graph {graph} does not come from a file */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    putSource: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The running graph, such as `graph-1`. */
                graph: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description A whole graph file: JSON with comments. */
                    text: string;
                    /** @description Of the text that was changed. */
                    version: string;
                    /**
                     * @description Whether the file on disk is written too.
                     * @default false
                     */
                    save?: boolean;
                };
            };
        };
        responses: {
            /** @description Put another text in its place while it runs, crossfaded */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChangedSource"];
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason}; `INPUT_WRONG`: {where}: {reason}; `GRAPH_SYNTAX`: JSON syntax: {reason} */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}"; `ADMIN_TOKEN_NEEDED`: the admin token is needed {what}; `TEXT_FORBIDDEN`: {what} cannot be brought in over HTTP */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `UNKNOWN_GRAPH`: no running graph has the id "{graph}" */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `NO_GRAPH_FILE`: the graph {graph} does not come from a file; `SOURCE_CHANGED`: the text was changed meanwhile: it has version {version} now; `CHANGE_REFUSED`: the running graph cannot be changed to this: {reason} */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `BODY_TOO_LARGE`: the body of the request is larger than {limitKiB} KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `NOT_JSON`: the body must be sent as application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `CHANGE_FAILED`: the graph goes on as it was: {reason} */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    checkSource: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The running graph, such as `graph-1`. */
                graph: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description A whole graph file: JSON with comments. */
                    text: string;
                };
            };
        };
        responses: {
            /** @description Everything that is wrong, or doubtful, in a text; nothing of it runs */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        problems: components["schemas"]["TextProblem"][];
                    };
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason}; `INPUT_WRONG`: {where}: {reason} */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}"; `ADMIN_TOKEN_NEEDED`: the admin token is needed {what} */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `UNKNOWN_GRAPH`: no running graph has the id "{graph}" */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `NO_GRAPH_FILE`: the graph {graph} does not come from a file */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `BODY_TOO_LARGE`: the body of the request is larger than {limitKiB} KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `NOT_JSON`: the body must be sent as application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    undoSource: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The running graph, such as `graph-1`. */
                graph: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /**
                     * @description Whether the file on disk is written too.
                     * @default false
                     */
                    save?: boolean;
                };
            };
        };
        responses: {
            /** @description Take the last change of the text back, crossfaded */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChangedSource"];
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason}; `INPUT_WRONG`: {where}: {reason} */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}"; `ADMIN_TOKEN_NEEDED`: the admin token is needed {what} */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `UNKNOWN_GRAPH`: no running graph has the id "{graph}" */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `NO_GRAPH_FILE`: the graph {graph} does not come from a file; `NOTHING_TO_UNDO`: nothing was changed in the graph {graph} that could be undone; `CHANGE_REFUSED`: the running graph cannot be changed to this: {reason} */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `BODY_TOO_LARGE`: the body of the request is larger than {limitKiB} KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `NOT_JSON`: the body must be sent as application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `CHANGE_FAILED`: the graph goes on as it was: {reason} */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listenWire: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The running graph, such as `graph-1`. */
                graph: string;
                /** @description What it leaves, as `node.port`, or `node` where that has one output. */
                wire: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The sound of a wire as a WAV without end, 48 kHz stereo of 16 bits */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "audio/wav": string;
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason}; `INPUT_WRONG`: {where}: {reason} */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}" */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `UNKNOWN_GRAPH`: no running graph has the id "{graph}"; `UNKNOWN_WIRE`: the running graph "{graph}" has no sound on the wire "{wire}"{hint} */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    seeWire: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The running graph, such as `graph-1`. */
                graph: string;
                /** @description What it leaves, as `node.port`, or `node` where that has one output. */
                wire: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The newest picture of a wire of video as a JPEG of at most 240 pixels */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/jpeg": string;
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason}; `INPUT_WRONG`: {where}: {reason} */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}" */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `UNKNOWN_GRAPH`: no running graph has the id "{graph}"; `UNKNOWN_PICTURE_WIRE`: the running graph "{graph}" has no wire "{wire}"{hint}; `NO_PICTURE`: no picture came on the wire "{wire}" within a second */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `WIRE_WITHOUT_PICTURES`: the wire "{wire}" carries {kind} and no pictures */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `PICTURE_FAILED`: no small picture could be made: {reason} */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listCalls: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The open calls */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        calls: components["schemas"]["Call"][];
                    };
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason} */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}" */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getCall: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its address, such as `room:lobby`. */
                call: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One call: its state, and who is there */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Call"];
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason}; `INPUT_WRONG`: {where}: {reason} */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}" */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `UNKNOWN_CALL`: no open call has the id "{call}" */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listPlayers: {
        parameters: {
            query?: {
                /** @description Only those of this call. */
                call?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What plays, and where it is */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description When that was, in milliseconds since 1970. */
                        atMs: number;
                        players: components["schemas"]["Player"][];
                    };
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason}; `INPUT_WRONG`: {where}: {reason} */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}" */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listPlugins: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The plugins, those of running graphs too */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        plugins: components["schemas"]["Plugin"][];
                    };
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason} */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}"; `ADMIN_TOKEN_NEEDED`: the admin token is needed {what} */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    enablePlugin: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its key, such as `music-queue@room:lobby`, or its name. */
                plugin: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Let a plugin work again */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason}; `INPUT_WRONG`: {where}: {reason} */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}"; `ADMIN_TOKEN_NEEDED`: the admin token is needed {what} */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `UNKNOWN_PLUGIN`: plugin "{plugin}" is not installed{hint} */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `PLUGIN_NEEDED`: plugin "{plugin}" is needed by {by}; `PLUGIN_NEEDS_DISABLED`: plugin "{plugin}" needs "{needs}", which is disabled ({chain}) */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `BODY_TOO_LARGE`: the body of the request is larger than {limitKiB} KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `NOT_JSON`: the body must be sent as application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    disablePlugin: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its key, such as `music-queue@room:lobby`, or its name. */
                plugin: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Stop a plugin; it stays loaded and keeps its state */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason}; `INPUT_WRONG`: {where}: {reason} */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}"; `ADMIN_TOKEN_NEEDED`: the admin token is needed {what} */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `UNKNOWN_PLUGIN`: plugin "{plugin}" is not installed{hint} */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `PLUGIN_NEEDED`: plugin "{plugin}" is needed by {by}; `PLUGIN_NEEDS_DISABLED`: plugin "{plugin}" needs "{needs}", which is disabled ({chain}) */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `BODY_TOO_LARGE`: the body of the request is larger than {limitKiB} KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `NOT_JSON`: the body must be sent as application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    configurePlugin: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its key, such as `music-queue@room:lobby`, or its name. */
                plugin: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description All of its settings; what is left out has its default. */
                    config: {
                        [key: string]: unknown;
                    };
                };
            };
        };
        responses: {
            /** @description Give a plugin other settings, until its installer does so */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason}; `INPUT_WRONG`: {where}: {reason}; `UNKNOWN_PLUGIN_OPTION`: plugin "{plugin}" has no setting "{option}"{hint}; `BAD_PLUGIN_OPTION`: setting "{option}" of plugin "{plugin}": {reason} */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}"; `ADMIN_TOKEN_NEEDED`: the admin token is needed {what}; `TEXT_FORBIDDEN`: {what} cannot be brought in over HTTP */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `UNKNOWN_PLUGIN`: plugin "{plugin}" is not installed{hint} */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `BODY_TOO_LARGE`: the body of the request is larger than {limitKiB} KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `NOT_JSON`: the body must be sent as application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    sendPlugin: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its key, such as `music-queue@room:lobby`, or its name. */
                plugin: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description One of those it declares. */
                    message: string;
                    payload?: unknown;
                };
            };
        };
        responses: {
            /** @description Send a plugin a message; answers with its reply */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        reply: unknown;
                    };
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason}; `INPUT_WRONG`: {where}: {reason}; `BAD_MESSAGE`: the message "{message}" to plugin "{plugin}" is wrong: {reason} */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}"; `ADMIN_TOKEN_NEEDED`: the admin token is needed {what} */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `UNKNOWN_PLUGIN`: plugin "{plugin}" is not installed{hint}; `UNKNOWN_MESSAGE`: plugin "{plugin}" takes no message "{message}"{hint} */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `PLUGIN_DISABLED`: plugin "{plugin}" is disabled and takes no messages; `MESSAGE_REFUSED`: {reason} */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `BODY_TOO_LARGE`: the body of the request is larger than {limitKiB} KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `NOT_JSON`: the body must be sent as application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `MESSAGE_TIMEOUT`: plugin "{plugin}" did not answer the message "{message}" within {seconds} s */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listMachines: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The chart of every kind of machine, and the machines that run or ended lately */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        charts: components["schemas"]["ChartState"][];
                        instances: components["schemas"]["MachineInstance"][];
                    };
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason} */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}" */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listTransitions: {
        parameters: {
            query?: {
                /** @description Only steps with a higher number. */
                after?: number;
            };
            header?: never;
            path: {
                /** @description The machine, such as `call-1`. */
                instance: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The last 200 steps of a machine */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        machine: components["schemas"]["MachineInstance"];
                        transitions: components["schemas"]["MachineStep"][];
                    };
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason}; `INPUT_WRONG`: {where}: {reason} */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}" */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `UNKNOWN_MACHINE`: no machine is called "{machine}" */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listNodeTypes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The node types that graphs may use, those of plugins too */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        nodeTypes: components["schemas"]["NodeTypeSummary"][];
                    };
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason} */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}" */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getNodeType: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Such as `effect.gain`. */
                type: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ports, options and docs of a node type */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NodeType"];
                };
            };
            /** @description `BAD_REQUEST`: the request cannot be understood: {reason}; `INPUT_WRONG`: {where}: {reason} */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOKEN_WRONG`: the token is missing or wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `FOREIGN_HOST`: this server answers to this machine only, not to the name "{host}" */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `UNKNOWN_TYPE`: node type "{type}" does not exist{hint} */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description `TOO_MANY_REQUESTS`: too many requests; the next one may come in {seconds} s */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
}
