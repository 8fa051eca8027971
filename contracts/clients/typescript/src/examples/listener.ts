// Prints the ack and then every frame that is pushed to the group of TRADING_GROUP_TOKEN.
import { connect } from "./kit.js";

const show = (frame: object) => console.log(JSON.stringify(frame));
const bot = await connect({ onAck: show, onEvent: show, onOrder: show, onConfig: show, onGap: show });
console.error(`stopped: ${(await bot.stopped()).message}`);
process.exit(1);
