using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using TradingSystem.Contracts.Wire.Documents;

namespace TradingSystem.TestSupport.Wire;

/// <summary>Endless frames, most of them wrong, the same ones for the same seed.</summary>
public sealed class FrameFuzzer(int seed)
{
    // The frames of clients three times: the server's are refused at once.
    private static readonly byte[][] Golden = [.. FrameCatalog.All.SelectMany(s => Enumerable.Repeat(s, s.FromClient ? 3 : 1)).SelectMany(s => s.Examples)];
    private static readonly byte[][] Corpus = [.. JsonCorpus.MustTake.Concat(JsonCorpus.MustRefuse).Select(Encoding.UTF8.GetBytes), .. JsonCorpus.LeftToEach];
    private static readonly string[] Tokens = ["[", "]", "{", "}", ":", ",", "\"type\"", "\"kind\"", "\"event\"", "\"payload\"", "\"a\"", "0", "-1", "1e9", "null", "true", " ", "\\", "\"", "\u0000", "🚀"];
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Random _random = new(seed);

    public byte[] Next() => _random.Next(10) switch
    {
        0 => Pick(Corpus),
        1 => Soup(),
        2 or 3 => WithValue(Pick(Golden), Pick(Corpus)),
        4 => WithValue(Pick(Golden), Encoding.UTF8.GetBytes(JsonSerializer.Serialize(Pick(NaughtyStrings.All), Plain))),
        5 => WithInner(Pick(Corpus)),
        6 => WithInner(Encoding.UTF8.GetBytes(Pick(NaughtyStrings.All))),
        7 => WithInner(Mutated(Encoding.UTF8.GetBytes("""{"source_id":"a","symbol":"BTCUSDT","signal":{"action":"LONG","qty":0.5,"margin_usd":1,"stop_loss":"3"}}"""))),
        _ => Mutated(Pick(Golden)),
    };

    private T Pick<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];

    private byte[] Soup() => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, _random.Next(1, 40)).Select(_ => Pick(Tokens))));

    /// <summary>One to four changes: a bit, a byte, a cut, a range doubled, removed or taken from another frame, something put in.</summary>
    private byte[] Mutated(byte[] frame)
    {
        var bytes = new List<byte>(frame);
        for (var n = _random.Next(1, 5); n > 0 && bytes.Count > 0; n--)
        {
            var at = _random.Next(bytes.Count);
            var length = Math.Min(_random.Next(1, 24), bytes.Count - at);
            switch (_random.Next(8))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << _random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)_random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                case 4:
                    bytes.RemoveRange(at, length);
                    break;
                case 5:
                    var other = Pick(Golden);
                    var from = _random.Next(other.Length);
                    bytes.InsertRange(at, other.AsSpan(from, Math.Min(length, other.Length - from)));
                    break;
                case 6:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Pick(Tokens)));
                    break;
                default:
                    bytes.InsertRange(at, Pick(Corpus) is { Length: < 200 } small ? small : [0]);
                    break;
            }
        }

        return [.. bytes];
    }

    /// <summary>A good frame with raw bytes where one of its values was, at any depth, or as one more field.</summary>
    private byte[] WithValue(byte[] frame, byte[] value)
    {
        const string hole = "\u0001HOLE\u0001";
        var root = JsonNode.Parse(frame)!.AsObject();
        var at = root;
        while (_random.Next(2) == 0 && at.Select(p => p.Value).OfType<JsonObject>().ToList() is { Count: > 0 } inner)
        {
            at = Pick(inner);
        }

        var names = at.Select(p => p.Key).Append("extra").ToList();
        at[Pick(names)] = hole;
        var text = root.ToJsonString(Plain);
        var mark = JsonSerializer.Serialize(hole, Plain);
        var split = text.IndexOf(mark, StringComparison.Ordinal);
        return [.. Encoding.UTF8.GetBytes(text[..split]), .. value, .. Encoding.UTF8.GetBytes(text[(split + mark.Length)..])];
    }

    /// <summary>A decision whose payload string holds these bytes, escaped or, now and then, not.</summary>
    private byte[] WithInner(byte[] inner)
    {
        var quoted = _random.Next(8) == 0 ? [.. "\""u8, .. inner, .. "\""u8] : Encoding.UTF8.GetBytes(JsonSerializer.Serialize(Encoding.UTF8.GetString(inner), Plain));
        return [.. """{"type":"event","event_type":"post_trade","condition":{"domain":"trade_decision"},"payload":"""u8, .. quoted, .. "}"u8];
    }
}
