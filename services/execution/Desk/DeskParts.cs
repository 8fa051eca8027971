using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Prices;
using TradingSystem.Execution.Settings;
using TradingSystem.Venues;

namespace TradingSystem.Execution.Desk;

/// <summary>What every account's desk is made of.</summary>
public sealed class DeskParts(
    DecisionCheck check, PriceBook prices, ControlStore controls, StepAnnouncer announcer, VenueOptions venues, ExecutionOptions options, TimeProvider time, ILoggerFactory logs)
{
    public DecisionCheck Check => check;

    public PriceBook Prices => prices;

    public ControlStore Controls => controls;

    public StepAnnouncer Announcer => announcer;

    public ExecutionOptions Options => options;

    public TimeProvider Time => time;

    public ILogger Log { get; } = logs.CreateLogger<AccountDesk>();

    public DeskTerms Terms { get; } = DeskTerms.Of(venues, options);

    /// <summary>For a request that places an order, over everything that its adapter waits for.</summary>
    public TimeSpan SendDeadline => Terms.SendDeadline;
}
