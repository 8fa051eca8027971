namespace TradingSystem.Contracts.Bus;

/// <summary>
/// Which accounts trade for groups and how. Told by execution when one is bound or changed, of every group by each of its starts, and again
/// until it is durable.
/// </summary>
public sealed record GroupAccounts(IReadOnlyList<GroupAccount> Items);

/// <summary>
/// The account of a group. <c>PositionMode</c> is oneway or hedge, and the group's. Of two the later <c>BoundAt</c> counts, of the same binding the
/// higher <c>Revision</c>, which counts the changes of the account's settings.
/// </summary>
public sealed record GroupAccount(Guid GroupId, Guid AccountId, string PositionMode, DateTimeOffset BoundAt, long Revision);

/// <summary>Whose money an account is of: nobody's, the venue's play money, or real. What is of different modes is never added up.</summary>
public static class Modes
{
    public const string Simulated = "simulated";
    public const string Sandbox = "sandbox";
    public const string Live = "live";

    public static readonly string[] All = [Simulated, Sandbox, Live];
}
