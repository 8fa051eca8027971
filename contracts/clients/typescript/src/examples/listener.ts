// Prints the ack and then every frame that is pushed to the group of TRADING_GROUP_TOKEN: events, orders, settings, closed candles.
import { connect, run } from "./kit.js";

const show = (frame: object) => console.log(JSON.stringify(frame));

await run(async () => (await connect({ onAck: show, onEvent: show, onOrder: show, onConfig: show, onGap: show, onCandle: show })).ended);
