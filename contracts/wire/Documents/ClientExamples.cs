using System.Text;

namespace TradingSystem.Contracts.Wire.Documents;

/// <summary>Frames as clients send them: the first of each is what PROTOCOL.md shows.</summary>
internal static class ClientExamples
{
    public const string Event = "0198a7e2-5f0e-7c1a-9d52-3a2b1c0d9e8f";
    public const string Group = "6f1c2d3e-4b5a-4c6d-8e7f-901a2b3c4d5e";
    public const string Account = "b7d4a1c0-3e2f-4a5b-9c8d-7e6f5a4b3c2d";

    public static byte[][] Immediate => [
        Utf8("""{"type":"event","event_type":"immediate","priority":7,"targets":["trade_crypto_btcusdt_15m"],"title":"BTC dumps after CPI data","payload":"CPI came in at 3.9 % against 3.6 % expected","tags":["btc","cpi"]}"""),
        Utf8("""{"type":"event","event_type":"immediate","targets":["symbol:BTCUSDT","market:crypto"],"payload":"{\"signal_type\":\"news\",\"sentiment\":\"bearish\"}","event_key":"cpi-2025-01","condition":{"trace":{"correlation_id":"cpi"}},"request_id":"r-1"}"""),
    ];

    public static byte[][] Scheduled => [
        Utf8("""{"type":"event","event_type":"scheduled","targets":["symbol:BTCUSDT"],"title":"The New York market opens","payload":"{}","schedule":{"cron":"30 9 * * 1-5","zone":"America/New_York","late":{"policy":"fire_once","within_s":120},"overlap":"skip","until":"2031-01-01T00:00:00Z"},"event_key":"ny-open","request_id":"r-9"}"""),
        Utf8("""{"type":"event","event_type":"scheduled","priority":8,"targets":["*"],"payload":"CPI is out","tags":["cpi"],"trigger_at":"2031-01-14T13:30:00Z"}"""),
    ];

    public static byte[][] Conditional => [
        Utf8("""{"type":"event","event_type":"conditional","targets":["symbol:BTCUSDT"],"title":"Below 60,000","payload":"look at it again","condition":{"domain":"price","symbol":"BTCUSDT","op":"lt","value":60000},"valid_until":"2031-01-31T00:00:00Z","request_id":"r-10"}"""),
        Utf8("""{"type":"event","event_type":"conditional","targets":["trade_crypto_ethusdt_15m"],"payload":"","condition":{"domain":"price","symbol":"ETHUSDT","op":"gte","value":"4000.5","trace":{"correlation_id":"eth"}}}"""),
    ];

    public static byte[][] PostTrade => [
        Utf8("""{"type":"event","event_type":"post_trade","priority":7,"targets":["trade_execution"],"title":"[trade_crypto_btcusdt_15m] decision ready","payload":"{\"source_id\":\"rsi_bot\",\"symbol\":\"BTCUSDT\",\"signal\":{\"action\":\"LONG\",\"qty\":0.0,\"margin_usd\":100.0}}","decision_id":"rsi-2025-01-31T13:00","condition":{"domain":"trade_decision","trace":{"correlation_id":"run-42"}}}"""),
        Utf8("""{"type":"event","event_type":"post_trade","payload":"{\"symbol\":\"ETHUSDT\",\"signal\":{\"action\":\"SELL\",\"qty\":\"0.25\",\"margin_usd\":0,\"leverage\":3,\"entry\":3150.5,\"stop_loss\":3200,\"take_profit\":\"3000\",\"confidence_pct\":64,\"reasoning\":\"lower high\",\"order_type\":\"limit\",\"price\":3151}}","condition":{"domain":"trade_decision"},"valid_until":"2025-01-31T13:00:30Z","validate_only":false,"request_id":"r-2"}"""),
        Utf8("""{"type":"event","event_type":"post_trade","payload":"{\"symbol\":\"BTCUSDT\",\"signal\":{\"action\":\"CLOSE\",\"qty\":0.0}}","condition":{"domain":"trade_decision"}}"""),
    ];

    public static byte[][] System => [
        Utf8("""{"type":"system","level":"info","code":"TRIGGER_HEARTBEAT","message":"alive"}"""),
        Utf8("""{"type":"system","level":"warn","code":"FEED_LATE","message":"candles are late","detail":{"seconds":12.5},"request_id":"r-3"}"""),
    ];

    public static byte[][] Discussion => [
        Utf8("""{"type":"system","level":"info","code":"TRADING_GROUP_DISCUSSION_LOG","message":"discussion completed","detail":{"group_id":"GROUP","member_opinions":[{"member":"Ada","opinion":"LONG"}],"decision":{"action":"LONG"},"trigger_event_id":"EVENT","correlation_id":"run-42"}}"""),
    ];

    public static byte[][] Ping => [Utf8("""{"type":"ping","id":17}"""), Utf8("""{"type":"ping","id":"a","request_id":"r-4"}"""), Utf8("""{"type":"ping"}""")];

    public static byte[][] Cancel => [
        Utf8("""{"type":"cancel","decision_id":"rsi-2025-01-31T13:00","request_id":"r-7"}"""),
        Utf8("""{"type":"cancel","all":true}"""),
        Utf8("""{"type":"cancel","schedule_id":"EVENT"}"""),
    ];

    public static byte[][] Protect => [
        Utf8("""{"type":"protect","symbol":"BTCUSDT","stop_loss":59500.5,"take_profit":null,"request_id":"r-8"}"""),
        Utf8("""{"type":"protect","symbol":"ETHUSDT","take_profit":"3000"}"""),
    ];

    public static byte[][] KindCancel => [
        Utf8("""{"kind":"cancel","payload":{"decision_id":"rsi-2025-01-31T13:00"},"trace":{"correlation_id":"cpi"},"request_id":"r-7"}"""),
        Utf8("""{"kind":"cancel","payload":{"all":true}}"""),
        Utf8("""{"kind":"cancel","payload":{"schedule_id":"EVENT"}}"""),
    ];

    public static byte[][] KindProtect => [
        Utf8("""{"kind":"protect","payload":{"symbol":"BTCUSDT","stop_loss":59500.5,"take_profit":null},"trace":{"correlation_id":"cpi"},"request_id":"r-8"}"""),
        Utf8("""{"kind":"protect","payload":{"symbol":"ETHUSDT","take_profit":"3000"}}"""),
    ];

    public static byte[][] Signal => [
        Utf8("""{"kind":"event","category":"signal","payload":{"signal_type":"macro_news","sentiment":"bearish","action_window":"immediate","analysis":"CPI came in at 3.9 % against 3.6 % expected","affected_symbols":["BTCUSDT"]},"trace":{"correlation_id":"cpi","decision_id":"cpi-2025-01"}}"""),
        Utf8("""{"kind":"event","category":"signal","payload":{"signal_type":"exchange_halt"},"priority":10,"tags":["halt"],"request_id":"r-5"}"""),
    ];

    public static byte[][] Decision => [
        Utf8("""{"kind":"event","category":"decision","payload":{"symbol":"BTCUSDT","trade_account_id":"ACCOUNT","action":"LONG","confidence_pct":72,"reasoning":"RSI below 30","entry":60000.5,"stop_loss":59000,"take_profit":63000,"margin_usdt":100},"trace":{"correlation_id":"cpi","causation_id":"EVENT","trigger_event_id":"EVENT","decision_id":"rsi-2025-01-31T13:00"}}"""),
        Utf8("""{"kind":"event","category":"decision","payload":{"symbol":"BTCUSDT","action":"CLOSE"},"decision_id":"close-1","valid_until":"2025-01-31T13:00:30.5+01:00","request_id":"r-6"}"""),
    ];

    public static byte[][] Log => [Utf8("""{"kind":"log","level":"info","code":"TRIGGER_HEARTBEAT","message":"alive","trace":{"correlation_id":"cpi"}}""")];

    public static byte[][] KindDiscussion => [
        Utf8("""{"kind":"log","level":"info","code":"TRADING_GROUP_DISCUSSION_LOG","message":"discussion completed","detail":{"group_id":"GROUP","member_opinions":[],"decision":{"action":"NO_TRADE"}},"trace":{"correlation_id":"cpi","trigger_event_id":"EVENT"}}"""),
    ];

    public static byte[][] KindPing => [Utf8("""{"kind":"ping","id":17}""")];

    private static byte[] Utf8(string frame) => Encoding.UTF8.GetBytes(frame.Replace("\"GROUP\"", $"\"{Group}\"", StringComparison.Ordinal)
        .Replace("\"EVENT\"", $"\"{Event}\"", StringComparison.Ordinal).Replace("ACCOUNT", Account, StringComparison.Ordinal));
}
