using NUnit.Framework;
using TradingSystem.Venues;
using TradingSystem.Venues.Binance;
using TradingSystem.Venues.Bybit;
using TradingSystem.Venues.Http;
using TradingSystem.Venues.Okx;

namespace TradingSystem.Tests.Venues;

[TestFixture]
public sealed class OracleTests
{
    private static readonly VenueDefinition[] Definitions = [BinanceVenue.Definition, BybitVenue.Definition, OkxVenue.Definition];

    /// <summary>What ccxt calls the operations of an adapter: a case with one of them may not be passed over.</summary>
    private static readonly string[] Operations =
    [
        "createOrder", "cancelOrder", "fetchOrder", "fetchOpenOrders", "fetchPositions", "fetchPosition", "fetchBalance", "fetchMyTrades",
        "fetchFundingHistory", "fetchTime", "fetchTicker", "fetchMarkets", "setLeverage", "setMarginMode", "setPositionMode",
    ];

    [Test]
    public async Task Every_request_of_the_oracle_for_an_operation_of_ours_is_the_request_that_the_adapter_makes()
    {
        var faults = new List<string>();
        var deviations = new SortedSet<string>();
        var compared = 0;
        var cases = OracleFiles.All().ToList();
        foreach (var c in cases)
        {
            if (await CompareAsync(c, deviations, faults))
            {
                compared++;
            }
        }

        TestContext.Out.WriteLine($"{compared} cases of {OracleFiles.Folder} are equal; accepted deviations:");
        TestContext.Out.WriteLine(string.Join('\n', deviations));
        Assert.That(faults, Is.Empty);
        Assert.That(compared, Is.GreaterThan(cases.Count / 2), "cases of the oracle that were compared");
    }

    [TestCaseSource(nameof(Vectors))]
    public void A_documented_signature_is_reproduced(Vector vector)
    {
        var signature = vector.Encoding == "base64" ? Signature.Base64(vector.Secret, vector.Payload) : Signature.Hex(vector.Secret, vector.Payload);
        Assert.That(signature, Is.EqualTo(vector.Expected));
    }

    private static IEnumerable<Vector> Vectors()
    {
        var path = Path.Combine(OracleFiles.Folder, "vectors.json");
        using var document = System.Text.Json.JsonDocument.Parse(File.ReadAllText(File.Exists(path) ? path : Path.Combine(TestVenue.Folder, "oracle", "vectors.json")));
        foreach (var v in document.RootElement.GetProperty("hmac").EnumerateArray())
        {
            // One page of documentation does not publish the secret of its example.
            if (v.TryGetProperty("secret", out var secret))
            {
                string Of(string name) => v.GetProperty(name).GetString()!;
                yield return new(Of("exchange"), Of("encoding"), secret.GetString()!, Of("payload"), Of("expected"));
            }
        }
    }

    private static async Task<bool> CompareAsync(OracleCase c, SortedSet<string> deviations, List<string> faults)
    {
        if (c.Requests.Count == 0)
        {
            deviations.Add($"{c}: ccxt itself refuses, there is no request");
            return false;
        }

        // A case of several requests is about the one that an adapter makes, too.
        var about = c.Requests.FirstOrDefault(r => Environment(r) is not null);
        if (about is null || Environment(about) is not var (definition, environment))
        {
            faults.Add($"{c}: no venue has the host {c.Request.Host}");
            return false;
        }

        if (OracleDeviations.NotOurs(c) is { } why)
        {
            deviations.Add($"{c}: {why}");
            return false;
        }

        var size = definition.Name == "okx" ? 0.01m : 1m;
        var (margin, mode) = OracleIntent.Setup(c);
        if (OracleIntent.Find(c, size) is not { } intent)
        {
            return NotDriven(c, deviations, faults);
        }

        var account = TestVenue.Account(definition.Name, environment, margin, mode);
        await using var test = new TestVenue(definition.Name, account: account, options: new() { RecvWindow = TimeSpan.FromSeconds(definition.Name == "binance" ? 10 : 5) });
        await intent(test.Venue);
        var sent = test.Handler.Requests;
        about = c.Requests.FirstOrDefault(r => sent.Any(s => s.Path == OurPath(r, sent))) ?? about;
        var path = OurPath(about, sent);
        var candidates = sent.Where(r => r.Path == path && r.Method.Method == about.Method).ToList();
        if (candidates.Count == 0)
        {
            faults.Add($"{c}: no {about.Method} {path} was sent, but {string.Join(", ", sent.Select(r => $"{r.Method} {r.Path}"))}");
            return false;
        }

        if (path != about.Path)
        {
            deviations.Add($"{c}: {OracleDeviations.Paths[about.Path].Why}");
        }

        // Where several requests answer one question, one of them is the oracle's.
        var best = candidates.Select(r => (Request: r, Differences: Differences(about, r).ToList())).MinBy(r => r.Differences.Count);
        foreach (var difference in best.Differences)
        {
            if (OracleDeviations.Reason(difference) is { } reason)
            {
                deviations.Add($"{c}: {difference.Name}: {reason}");
            }
            else
            {
                faults.Add($"{c}: {difference}");
            }
        }

        Check(c, about, best.Request, faults);
        return true;
    }

    private static void Check(OracleCase c, OracleRequest theirs, RecordedRequest request, List<string> faults)
    {
        if (request.Address.Host != theirs.Host)
        {
            faults.Add($"{c}: host {request.Address.Host}, the oracle's {theirs.Host}");
        }

        if (request.Headers.ContainsKey("x-simulated-trading") != theirs.IsSimulated)
        {
            faults.Add($"{c}: the header of simulated trading is {(theirs.IsSimulated ? "missing" : "there")}");
        }

        if (SignatureOf.Wrong(request) is { } wrong)
        {
            faults.Add($"{c}: {wrong}");
        }
    }

    private static bool NotDriven(OracleCase c, SortedSet<string> deviations, List<string> faults)
    {
        if (Operations.Contains(c.Method) && c.Requests[0].Parameters.GetValueOrDefault("ordType") != "trigger")
        {
            faults.Add($"{c}: {c.Method} is an operation of ours and was passed over");
        }
        else
        {
            deviations.Add($"{c}: {c.Request.Method} {c.Request.Path} is no request of ours");
        }

        return false;
    }

    private static string OurPath(OracleRequest theirs, IReadOnlyList<RecordedRequest> sent) =>
        OracleDeviations.Paths.TryGetValue(theirs.Path, out var other) && sent.All(r => r.Path != theirs.Path) ? other.Ours : theirs.Path;

    private static IEnumerable<Difference> Differences(OracleRequest theirs, RecordedRequest ours)
    {
        var (left, right) = (RequestParameters.Of(ours.Query, ours.Body), theirs.Parameters);
        return left.Keys.Union(right.Keys)
            .Select(name => new Difference(theirs.Path, name, left.GetValueOrDefault(name), right.GetValueOrDefault(name)))
            .Where(d => d.Ours != d.Theirs);
    }

    private static (VenueDefinition, VenueEnvironment)? Environment(OracleRequest r) => Definitions
        .SelectMany(d => d.Hosts.Select(h => (Definition: d, h.Key, h.Value)))
        .Where(h => h.Value.Rest.Host == r.Host && (h.Definition.Name != "okx" || h.Key == VenueEnvironment.Sandbox == r.IsSimulated))
        .Select(h => ((VenueDefinition, VenueEnvironment)?)(h.Definition, h.Key))
        .FirstOrDefault();

    public sealed record Vector(string Exchange, string Encoding, string Secret, string Payload, string Expected)
    {
        public override string ToString() => $"{Exchange}: {Payload}";
    }
}
