using TradingSystem.VenueEmulator.Faults;
using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.VenueEmulator.Engine;

/// <summary>
/// All three venues: their accounts, prices, ids and time. One thing happens at a time; it is in the journal, on disk, before an answer or an
/// event leaves. What happens is done by the parts, each of which has its own job.
/// </summary>
public sealed class Exchange : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Journal _journal;
    private readonly VenueClocks _clocks;
    private readonly FaultTable _faults;
    private readonly IStreamSink _streams;
    private readonly Dictionary<VenueKind, IStreamDialect> _dialects;
    private readonly Dictionary<string, Account> _accounts = [];
    private readonly Dictionary<(VenueKind Venue, string Symbol), Quote> _quotes = [];
    private readonly HashSet<ITimer> _timers = [];
    private List<Entry> _entries = [];
    private List<StreamMessage> _messages = [];
    private long _lastId;

    public Exchange(Journal journal, VenueClocks clocks, FaultTable faults, IStreamSink streams, IEnumerable<IStreamDialect> dialects)
    {
        (_journal, _clocks, _faults, _streams) = (journal, clocks, faults, streams);
        (Rules, Orders, Algos, Settings) = (new(this), new(this), new(this), new(this));
        Started = clocks.Time.GetUtcNow();
        _dialects = dialects.ToDictionary(d => d.Venue);
        foreach (var venue in Enum.GetValues<VenueKind>())
        {
            SetQuote(venue, "BTCUSDT", 60_000m);
            SetQuote(venue, "ETHUSDT", 3_000m);
            SetQuote(venue, "XRPUSDT", 2m);
            SetQuote(venue, "BNBUSDT", 600m);
        }

        // Ids never repeat, also after a reset that forgets the journal.
        _lastId = _clocks.Time.GetUtcNow().ToUnixTimeMilliseconds() * 1000;
        foreach (var entry in journal.Read())
        {
            Apply(entry);
        }

        Resume();
    }

    /// <summary>What orders must fulfil, and what accounts are worth.</summary>
    public OrderRules Rules { get; }

    public OrderEngine Orders { get; }

    /// <summary>Orders that wait for a price.</summary>
    public AlgoEngine Algos { get; }

    /// <summary>Leverage, modes and countdowns.</summary>
    public SettingsEngine Settings { get; }

    /// <summary>When this process began; what ended before is history.</summary>
    public DateTimeOffset Started { get; }

    public DateTimeOffset Now(VenueKind venue) => _clocks.Now(venue);

    public FaultTable Faults => _faults;

    internal TimeProvider Time => _clocks.Time;

    public static string AccountId(VenueKind venue, string key) => $"{venue}:{key}";

    /// <summary>Runs one piece of work alone; what it answers is known to the journal when this ends.</summary>
    public async Task<T> RunAsync<T>(Func<T> work)
    {
        T result;
        Task durable;
        lock (_gate)
        {
            (_entries, _messages) = ([], []);
            try
            {
                result = work();
            }
            finally
            {
                // What has happened has happened, even if the rest of the work threw.
                durable = Commit();
            }
        }

        await durable;
        return result;
    }

    public Account? Find(VenueKind venue, string? key)
    {
        lock (_gate)
        {
            return key is null ? null : _accounts.GetValueOrDefault(AccountId(venue, key));
        }
    }

    public Account? Find(Func<Account, bool> wanted)
    {
        lock (_gate)
        {
            return _accounts.Values.FirstOrDefault(wanted);
        }
    }

    public Quote QuoteOf(VenueKind venue, string symbol) => _quotes[(venue, symbol)];

    public void Open(VenueKind venue, string key, string secret, string passphrase, decimal balance, bool hedge, bool demo, string feeAsset = "USDT")
    {
        if (!_accounts.ContainsKey(AccountId(venue, key)))
        {
            Emit(new AccountOpened(AccountId(venue, key), Now(venue), venue, key, secret, passphrase, balance, hedge, demo, feeAsset));
        }
    }

    public void SetPrice(VenueKind venue, string symbol, Quote quote)
    {
        Emit(new PriceSet("", Now(venue), venue, symbol, quote));
        foreach (var account in _accounts.Values.Where(a => a.Venue == venue))
        {
            Orders.Reached(account, symbol);
            Algos.Trigger(account, symbol);
        }
    }

    public void Permit(Account account, Permission permission) => Emit(new PermissionChanged(account.Id, Now(account.Venue), permission));

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var timer in _timers)
            {
                timer.Dispose();
            }

            _timers.Clear();
        }
    }

    private Task Commit()
    {
        var messages = _messages;
        return _entries.Count == 0 && messages.Count == 0 ? Task.CompletedTask : _journal.AppendAsync(_entries, () => _streams.Send(messages));
    }

    internal void Emit(Entry entry)
    {
        Apply(entry);
        _entries.Add(entry);
    }

    private void Apply(Entry entry)
    {
        switch (entry)
        {
            case AccountOpened e:
                _accounts[e.Account] = new Account(e);
                break;
            case PriceSet e:
                _quotes[(e.Venue, e.Symbol)] = e.Quote;
                break;
            default:
                _accounts[entry.Account].Apply(entry);
                break;
        }
    }

    private void SetQuote(VenueKind venue, string symbol, decimal price) => _quotes[(venue, symbol)] = new Quote(price, price, price, price);

    /// <summary>Numbers on Binance and OKX, as long as theirs; Bybit's are UUIDs.</summary>
    internal string NewId(VenueKind venue) => venue switch
    {
        VenueKind.Bybit => Guid.NewGuid().ToString(),
        VenueKind.Okx => Number.Text(2_000_000_000_000_000_000L + ++_lastId),
        _ => Number.Text(++_lastId),
    };

    /// <summary>After a restart everything that waits for its time waits again.</summary>
    private void Resume()
    {
        foreach (var account in _accounts.Values)
        {
            foreach (var order in account.OpenOrders.Where(o => o.Filled == 0m || o.Spec.RestAt is not null))
            {
                Orders.Later(account, order, TimeSpan.Zero);
            }

            foreach (var symbol in account.Countdowns.Keys.ToList())
            {
                Settings.WatchCountdown(account, symbol);
            }
        }
    }

    internal void After(TimeSpan delay, Action work)
    {
        ITimer? timer = null;
        timer = _clocks.Time.CreateTimer(_ => _ = RunAsync(() =>
        {
            _timers.Remove(timer!);
            timer!.Dispose();
            work();
            return true;
        }), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timers.Add(timer);
        timer.Change(delay < TimeSpan.Zero ? TimeSpan.Zero : delay, Timeout.InfiniteTimeSpan);
    }

    internal void Tell(Account account, Order order, Fill? fill)
    {
        var dialect = _dialects[account.Venue];
        _messages.AddRange(dialect.OrderChanged(account, order, fill));
        if (fill is not null)
        {
            _messages.AddRange(dialect.PositionChanged(account, account.KeyOf(order.Spec)));
        }
    }

    internal void Tell(Account account, Algo algo) => _messages.AddRange(_dialects[account.Venue].AlgoChanged(account, algo));

    internal void TellCancelLost(Account account, Order order) => _messages.AddRange(_dialects[account.Venue].CancelLost(account, order));
}
