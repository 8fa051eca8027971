using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;
using TradingSystem.Tests.Time;
using TradingSystem.Venues;
using TradingSystem.Venues.Registry;

namespace TradingSystem.Tests.Venues;

/// <summary>An adapter whose requests are recorded and answered with something that lets it go on; the time stands still.</summary>
internal sealed class TestVenue : IAsyncDisposable
{
    public static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000);

    public static readonly VenueCredentials Credentials = new("testKey0123456789", "testSecret9876543210", "testPass");

    private readonly VenueRegistry _registry;

    public TestVenue(string venue, Func<RecordedRequest, HttpResponseMessage?>? answer = null, VenueAccount? account = null, VenueOptions? options = null)
    {
        Time = new(Now);
        Handler = new(r => answer?.Invoke(r) ?? Usual(r));
        _registry = new(options ?? new(), Time, NullLoggerFactory.Instance, () => Handler, () => Handler);
        Venue = _registry.Create(account ?? Account(venue));
    }

    public static string Folder { get; } = FindFolder();

    public ManualTime Time { get; }

    public RecordingHandler Handler { get; }

    public IVenue Venue { get; }

    public static VenueAccount Account(
        string venue, VenueEnvironment environment = VenueEnvironment.Live, MarginMode margin = MarginMode.Cross, PositionMode mode = PositionMode.OneWay) =>
        new(Guid.Empty, venue, environment, Credentials, margin, mode);

    public static string Fixture(string name) => File.ReadAllText(Path.Combine(Folder, "oracle", "fixtures", name));

    public async ValueTask DisposeAsync()
    {
        await Venue.DisposeAsync();
        _registry.Dispose();
    }

    /// <summary>The one request that is neither for the time nor for the instruments.</summary>
    public RecordedRequest Sent(string path) => Handler.Requests.Last(r => r.Path == path);

    private static HttpResponseMessage Usual(RecordedRequest request) => RecordingHandler.Json(request.Path switch
    {
        "/fapi/v1/time" => """{"serverTime":1700000000000}""",
        "/fapi/v1/exchangeInfo" => Fixture("binance_fapi_exchangeInfo.json"),
        "/v5/market/time" => """{"retCode":0,"retMsg":"OK","result":{"timeSecond":"1700000000","timeNano":"1700000000000000000"},"time":1700000000000}""",
        "/v5/market/instruments-info" => Fixture("bybit_instruments_linear.json"),
        "/api/v5/public/time" => """{"code":"0","msg":"","data":[{"ts":"1700000000000"}]}""",
        "/api/v5/public/instruments" => Fixture("okx_instruments_swap.json"),
        _ when request.Path.StartsWith("/fapi", StringComparison.Ordinal) => request.Method == HttpMethod.Get ? "[]" : """{"code":200,"msg":"success"}""",
        _ when request.Path.StartsWith("/v5", StringComparison.Ordinal) => """{"retCode":0,"retMsg":"OK","result":{"list":[]}}""",
        _ => """{"code":"0","msg":"","data":[]}""",
    });

    private static string FindFolder([CallerFilePath] string source = "") => Path.GetDirectoryName(source)!;
}
