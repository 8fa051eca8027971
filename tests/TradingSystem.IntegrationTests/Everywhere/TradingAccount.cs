using System.Globalization;
using TradingSystem.IntegrationTests.Execution.Desk;

namespace TradingSystem.IntegrationTests.Everywhere;

/// <summary>A group, its bot and its account of one kind.</summary>
internal sealed class TradingAccount(VenueCluster cluster, AccountKind kind, Guid id, string group, string token, string? key) : BotAccount(cluster, id, group, token)
{
    public AccountKind Kind => kind;

    /// <summary>It as an account at the emulator, with faults and counts; null for a simulated one.</summary>
    public DeskAccount? AtExchange => kind.Emulated() is { } venue ? new(Cluster, venue, key!, Id, Group, Token) : null;

    /// <summary>What the account holds of BTCUSDT where its orders are filled; below 0 short.</summary>
    public async Task<decimal> HeldThereAsync() => kind switch
    {
        AccountKind.Instant => await OurQtyAsync(),
        AccountKind.Exchange => decimal.Parse(
            (await Cluster.SqlAsync(
                """
                select coalesce(sum((p->>'Quantity')::numeric), 0) from execution.simulated_venues v, jsonb_array_elements(v.state::jsonb->'Exchange'->'Positions') p
                where v.account_id = $1 and p->>'Symbol' = 'BTCUSDT'
                """,
                Id))[0],
            CultureInfo.InvariantCulture),
        _ => await AtExchange!.VenueQtyAsync(),
    };
}
