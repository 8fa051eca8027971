using TradingSystem.VenueEmulator.Venues;

namespace TradingSystem.VenueEmulator.Engine;

/// <summary>What an account looks like after the entries applied so far. Everything that changes it goes through <see cref="Apply"/>.</summary>
public sealed class Account(AccountOpened opened)
{
    private readonly Dictionary<string, Order> _orders = [];
    private readonly Dictionary<string, List<Order>> _ordersByClient = [];
    private readonly SortedDictionary<long, Order> _openOrders = [];
    private readonly Dictionary<string, Algo> _algos = [];
    private readonly Dictionary<string, List<Algo>> _algosByClient = [];
    private readonly SortedDictionary<long, Algo> _openAlgos = [];
    private readonly Dictionary<PositionKey, Position> _positions = [];
    private readonly Dictionary<string, string> _margins = [];
    private readonly Dictionary<(string Symbol, string Margin, PositionSide Side), decimal> _leverages = [];
    private long _sequence;

    public string Id => opened.Account;

    public VenueKind Venue => opened.Venue;

    public string Key => opened.Key;

    public string Secret => opened.Secret;

    public string Passphrase => opened.Passphrase;

    public bool IsDemo => opened.Demo;

    /// <summary>What fees are taken in, at the asset's price; anything but USDT is in a wallet that is not emulated and never runs out.</summary>
    public string FeeAsset => opened.FeeAsset;

    public DateTimeOffset Opened => opened.At;

    public bool Hedge { get; private set; } = opened.Hedge;

    public Permission Permission { get; private set; } = Permission.Trade;

    /// <summary>Deposits, realised PnL and fees, in USDT.</summary>
    public decimal Wallet { get; private set; } = opened.Balance;

    public IReadOnlyDictionary<string, Order> Orders => _orders;

    public IReadOnlyDictionary<string, Algo> Algos => _algos;

    public IEnumerable<Order> OpenOrders => _openOrders.Values;

    public IEnumerable<Algo> OpenAlgos => _openAlgos.Values;

    /// <summary>In the order of their happening.</summary>
    public List<(Order Order, Fill Fill)> Fills { get; } = [];

    public IEnumerable<Position> Positions => _positions.Values;

    public Dictionary<string, DateTimeOffset> Countdowns { get; } = [];

    public PositionSide[] Sides => Hedge ? [PositionSide.Long, PositionSide.Short] : [PositionSide.Net];

    public IReadOnlyList<Order> OrdersOf(string clientId) => _ordersByClient.GetValueOrDefault(clientId) ?? [];

    public IReadOnlyList<Algo> AlgosOf(string clientId) => _algosByClient.GetValueOrDefault(clientId) ?? [];

    public Position PositionOf(PositionKey key) => _positions.TryGetValue(key, out var position) ? position : new Position(key);

    /// <summary>Positions that are not flat.</summary>
    public IEnumerable<Position> OpenPositions => _positions.Values.Where(p => p.Qty != 0m);

    public string MarginOf(string symbol) => _margins.GetValueOrDefault(symbol) ?? _margins.GetValueOrDefault("") ?? "cross";

    /// <summary>The venues' usual start is 10 to 20; 10 here.</summary>
    public decimal LeverageOf(string symbol, string margin, PositionSide side) =>
        _leverages.TryGetValue((symbol, margin, side), out var leverage) ? leverage
        : _leverages.TryGetValue((symbol, margin, PositionSide.Net), out leverage) ? leverage
        : 10m;

    public PositionKey KeyOf(OrderSpec order) => new(order.Symbol, order.PositionSide, Venue == VenueKind.Okx ? order.Margin : "");

    public PositionKey KeyOf(AlgoSpec algo) => new(algo.Symbol, algo.PositionSide, Venue == VenueKind.Okx ? algo.Margin : "");

    public void Apply(Entry entry)
    {
        switch (entry)
        {
            case PermissionChanged e:
                Permission = e.Permission;
                break;
            case HedgeChanged e:
                Hedge = e.Hedge;
                break;
            case MarginChanged e:
                _margins[e.Symbol] = e.Margin;
                break;
            case LeverageChanged e:
                _leverages[(e.Symbol, e.Margin, e.Side)] = e.Leverage;
                break;
            case CountdownSet { Until: { } until } e:
                Countdowns[e.Symbol] = until;
                break;
            case CountdownSet e:
                Countdowns.Remove(e.Symbol);
                break;
            case OrderAccepted e:
                Add(new Order(e.Order, ++_sequence, e.At));
                break;
            case OrderFilled e:
                Fill(_orders[e.Fill.OrderId], e.Fill);
                break;
            case OrderEnded e:
                End(_orders[e.OrderId], e);
                break;
            case AlgoAccepted e:
                Add(new Algo(e.Algo, ++_sequence, e.At));
                break;
            case AlgoChanged e:
                Change(_algos[e.AlgoId], e);
                break;
        }
    }

    private void Add(Order order)
    {
        _orders.Add(order.Spec.Id, order);
        _openOrders.Add(order.Sequence, order);
        Index(_ordersByClient, order.Spec.ClientId, order);
    }

    private void Add(Algo algo)
    {
        _algos.Add(algo.Spec.Id, algo);
        _openAlgos.Add(algo.Sequence, algo);
        Index(_algosByClient, algo.Spec.ClientId, algo);
    }

    private static void Index<T>(Dictionary<string, List<T>> index, string clientId, T item)
    {
        if (clientId.Length == 0)
        {
            return;
        }

        if (!index.TryGetValue(clientId, out var items))
        {
            index[clientId] = items = [];
        }

        items.Add(item);
    }

    private void Fill(Order order, Fill fill)
    {
        order.Fills.Add(fill);
        order.Filled += fill.Qty;
        order.FilledValue += fill.Qty * fill.Price;
        order.Fee += fill.Charged;
        order.RealizedPnl += fill.RealizedPnl;
        order.Updated = fill.At;
        order.State = order.Filled >= order.Spec.Qty ? OrderState.Filled : OrderState.PartiallyFilled;
        Fills.Add((order, fill));
        Wallet += fill.RealizedPnl - fill.FeeInUsdt;
        var key = KeyOf(order.Spec);
        if (!_positions.TryGetValue(key, out var position))
        {
            _positions[key] = position = new Position(key);
        }

        var signed = order.Spec.Side == Side.Buy ? fill.Qty : -fill.Qty;
        position.Apply(signed, fill.Price, fill.Fee, fill.At);
        if (!order.IsOpen)
        {
            _openOrders.Remove(order.Sequence);
        }
    }

    private void End(Order order, OrderEnded e)
    {
        order.State = e.State;
        order.EndReason = e.Reason;
        order.Updated = e.At;
        _openOrders.Remove(order.Sequence);
    }

    private void Change(Algo algo, AlgoChanged e)
    {
        algo.State = e.State;
        algo.EndReason = e.Reason;
        algo.Updated = e.At;
        algo.ChildOrderId = e.ChildOrderId ?? algo.ChildOrderId;
        algo.FiredLeg = e.Leg ?? algo.FiredLeg;
        if (e.State is AlgoState.Triggered or AlgoState.Triggering)
        {
            algo.TriggeredAt ??= e.At;
        }

        if (!algo.IsOpen)
        {
            _openAlgos.Remove(algo.Sequence);
        }
    }
}
