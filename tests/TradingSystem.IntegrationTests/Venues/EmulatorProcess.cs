using System.Net.Http.Json;
using System.Text.Json;
using TradingSystem.VenueEmulator.Control;
using TradingSystem.VenueEmulator.Engine;
using TradingSystem.VenueEmulator.Faults;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.IntegrationTests.Venues;

/// <summary>The venue emulator as a process of its own, with a port for each dialect and what a test may do to it.</summary>
internal sealed class EmulatorProcess : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("venues-").FullName;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(60) };
    private readonly Dictionary<VenueKind, int> _ports = Enum.GetValues<VenueKind>().ToDictionary(v => v, _ => OwnProcess.FreePort());
    private OwnProcess? _process;

    private string Log => Path.Combine(_folder, "emulator.log");

    public static async Task<EmulatorProcess> StartAsync()
    {
        var emulator = new EmulatorProcess();
        try
        {
            await emulator.RunAsync();
            return emulator;
        }
        catch
        {
            await emulator.DisposeAsync();
            throw;
        }
    }

    public Uri Rest(VenueKind venue) => new($"http://127.0.0.1:{_ports[venue]}");

    public Uri Stream(VenueKind venue, string path) => new($"ws://127.0.0.1:{_ports[venue]}{path}");

    public Task KillAsync() => _process!.KillAsync();

    /// <summary>SIGKILL, then a new process on the same journal.</summary>
    public async Task KillAndRestartAsync()
    {
        await _process!.KillAsync();
        _process.Dispose();
        await RunAsync();
    }

    public Task OpenAccountAsync(AccountRequest account) => PostAsync("accounts", account);

    public Task PermitAsync(VenueKind venue, string key, Permission permission) => PostAsync("permissions", new PermissionRequest(venue, key, permission));

    /// <summary>As its owner does at the exchange, behind our back.</summary>
    public Task SetModesAsync(VenueKind venue, string key, bool hedge, string? margin = null) => PostAsync("modes", new ModeRequest(venue, key, hedge, margin));

    public Task SetPriceAsync(PriceRequest price) => PostAsync("prices", price);

    public Task SkewAsync(VenueKind venue, TimeSpan ahead) => PostAsync("clock", new ClockRequest((long)ahead.TotalMilliseconds, venue));

    public Task FaultAsync(Fault fault) => PostAsync("faults", fault);

    public async Task<IReadOnlyList<Fault>> FaultsAsync() => (await _http.GetFromJsonAsync<List<Fault>>(Control("faults"), EmulatorJson.Options))!;

    public async Task ClearFaultsAsync(string key)
    {
        using var answer = await _http.DeleteAsync(Control($"faults?key={key}"));
        answer.EnsureSuccessStatusCode();
    }

    public Task CloseByHandAsync(VenueKind venue, string key, string symbol, string margin = "cross") => PostAsync("close", new CloseRequest(venue, key, symbol, Margin: margin));

    public Task FillAsync(VenueKind venue, string key, string clientId, decimal qty) => PostAsync("fill", new FillRequest(venue, key, clientId, qty));

    public Task DropStreamsAsync(VenueKind venue, string key) => PostAsync("streams/drop", new StreamRequest(venue, key));

    public Task ExpireListenKeyAsync(string key) => PostAsync("streams/expire", new StreamRequest(VenueKind.Binance, key));

    public Task ExpireCountdownsAsync(VenueKind venue, string key) => PostAsync("countdowns/expire", new StreamRequest(venue, key));

    public async Task<AccountView> AccountAsync(VenueKind venue, string key) =>
        (await _http.GetFromJsonAsync<AccountView>(Control($"account?venue={venue}&key={key}"), EmulatorJson.Options))!;

    /// <summary>Orders that came in under each client id, whatever became of them.</summary>
    public async Task<IReadOnlyDictionary<string, int>> CountsAsync(VenueKind venue, string key) =>
        (await _http.GetFromJsonAsync<Dictionary<string, int>>(Control($"counts?venue={venue}&key={key}"), EmulatorJson.Options))!;

    /// <summary>What the journal on disk says of an account.</summary>
    public async Task<IReadOnlyList<Entry>> JournalAsync(VenueKind venue, string key) =>
        (await _http.GetFromJsonAsync<List<Entry>>(Control($"journal?venue={venue}&key={key}"), EmulatorJson.Options))!;

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.KillAsync();
            _process.Dispose();
        }

        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task RunAsync()
    {
        string[] arguments =
        [
            Path.Combine(AppContext.BaseDirectory, "TradingSystem.VenueEmulator.dll"),
            "--binance", $"{_ports[VenueKind.Binance]}", "--bybit", $"{_ports[VenueKind.Bybit]}", "--okx", $"{_ports[VenueKind.Okx]}",
            "--journal", Path.Combine(_folder, "journal.jsonl"),
        ];
        _process = OwnProcess.Start("dotnet", arguments, Log);
        await Wait.UntilAsync("the emulator answers", async () =>
        {
            if (_process.HasExited)
            {
                throw new InvalidOperationException(OwnProcess.Tail(Log));
            }

            using var answer = await _http.GetAsync(Control("ready"));
            return answer.IsSuccessStatusCode;
        });
    }

    private Uri Control(string path) => new($"http://127.0.0.1:{_ports[VenueKind.Binance]}/_emulator/{path}");

    private async Task PostAsync<T>(string path, T body)
    {
        using var content = new StringContent(JsonSerializer.Serialize(body, EmulatorJson.Options));
        using var answer = await _http.PostAsync(Control(path), content);
        if (!answer.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"{path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        }
    }
}
