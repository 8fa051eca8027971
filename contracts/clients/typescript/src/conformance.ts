// The TypeScript end of the conformance suite: commands as JSON lines in, what the SDK reports as JSON lines out.
import { createInterface } from "node:readline";
import { inspect } from "node:util";
import { Stopped, TradingClient, socketAddress, type Json } from "./sdk.js";

let client: TradingClient | undefined;
let throws = false;
let free: Promise<void> = Promise.resolve();
let release = () => {};

const write = (on: string, line: object) => process.stdout.write(`${JSON.stringify({ ...line, on })}\n`);
const report = (on: string) => (frame: object) => void write(on, frame);
const stopped = ({ code, reason }: Stopped) => write("stopped", { code, reason });

async function connect(command: Json): Promise<void> {
  try {
    client = await TradingClient.connect({
      url: String(command.url),
      token: String(command.token),
      protocol: command.protocol as 2 | 3,
      resumeFrom: command.resume_from as number | undefined,
      heartbeatMs: command.heartbeat_s === undefined ? undefined : Number(command.heartbeat_s) * 1000,
      queueSize: command.queue_size as number | undefined,
      tickets: command.tickets as boolean | undefined,
      onAck: report("ack"),
      onEvent: (frame) => {
        if (throws) {
          throws = false;
          throw new Error("thrown on purpose");
        }
        write("event", frame);
        return free;
      },
      ...("market" in command || "candles" in command ? market(command) : {}),
      onOrder: report("order"),
      onConfig: report("config"),
      onGap: report("gap"),
      onDisconnect: report("disconnected"),
      onError: (error) => write("error", { message: (error as Error).message }),
    });
    void client.stopped().then(stopped);
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    stopped(error);
  }
}

const market = ({ market, candles }: Json) => ({
  market: (market ?? undefined) as string | undefined,
  candles: candles as number | undefined,
  onCandle: report("candle"),
  onPrice: report("price"),
  onHistory: report("history"),
  onCandleGap: report("candle_gap"),
});

/** JSON has no NaN: the suite writes {"float":"NaN"}. */
const meant = (value: unknown) => (value !== null && typeof value === "object" && "float" in value ? Number(value.float) : value);

const legs = (command: Json) => Object.fromEntries(["stop_loss", "take_profit"].filter((k) => k in command).map((k) => [k, command[k] === "NaN" ? NaN : (command[k] as number | null)]));

async function obey(command: Json): Promise<void> {
  const result: Json = { id: command.id };
  const deadlineMs = command.deadline_s === undefined ? undefined : Number(command.deadline_s) * 1000;
  try {
    const { do: what, id: _, action, deadline_s: __, ...given } = command;
    const decision = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, meant(value)]));
    if (what === "connect") await connect(command);
    else if (what === "decide") result.reply = await client!.decide(String(action), { ...decision, deadlineMs });
    else if (what === "order") result.order = await client!.order(String(command.decision_id), deadlineMs);
    else if (what === "cancel") result.reply = command.all ? await client!.cancelAll(deadlineMs) : await client!.cancel(String(command.decision_id), deadlineMs);
    else if (what === "protect") result.reply = await client!.protect(String(command.symbol), { ...legs(command), deadlineMs });
    else if (what === "request") result.reply = await client!.request(command.frame as Json, { deadlineMs });
    else if (what === "rest") result.body = await client!.rest(String(command.path), command.query as Record<string, string> | undefined, deadlineMs);
    else if (what === "address") result.address = socketAddress(String(command.url));
    else if (what === "candles") result.candles = client!.candles.map(({ open_time, close }) => ({ open_time, close }));
    else if (what === "hold") free = new Promise((resolve) => (release = resolve));
    else if (what === "release") release();
    else if (what === "ping") result.ms = await client!.ping(deadlineMs);
    else if (what === "throw") throws = true;
    else if (what === "show") result.text = inspect(client, { depth: 10, showHidden: true });
  } catch (error) {
    result.error = `${(error as Error).name}: ${(error as Error).message}`;
  }
  write("result", result);
}

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line) as Json;
  if (command.do === "close") break;
  void obey(command);
}
client?.close();
process.stdin.destroy();
