using Microsoft.EntityFrameworkCore;
using TradingSystem.Execution.Orders;
using TradingSystem.Execution.Positions;
using TradingSystem.Execution.Prices;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting;

namespace TradingSystem.Execution.Accounts;

/// <summary>Money in USDT, valued at the latest prices this node has seen, else at the positions' entries.</summary>
public sealed record AccountView(
    Guid Id, string Name, string Exchange, string Mode, Guid GroupId, string GroupName, decimal Balance, decimal Equity,
    decimal RealizedPnl, decimal UnrealizedPnl, DateTimeOffset CreatedAt);

public static class AccountsApi
{
    public static void MapAccounts(this WebApplication app) =>
        app.MapGet("/api/v1/accounts", ListAsync).RequireAuthorization().WithTags("execution").Produces<Page<AccountView>>();

    private static async Task<IResult> ListAsync(ExecutionDb db, PriceBook prices, string? group_id, string? limit, string? cursor, CancellationToken cancellationToken)
    {
        var violations = new List<Violation>();
        var group = ListRequest.Id("group_id", group_id, violations);
        if (ListRequest.Read(limit, cursor, violations) is not { } request)
        {
            return ListRequest.Refuse(violations);
        }

        var query = db.Accounts.AsNoTracking()
            .Where(a => a.Seq < request.Before)
            .Join(db.Bindings, a => a.Id, b => b.AccountId, (account, binding) => new { account, binding });
        query = group is { } g ? query.Where(r => r.binding.GroupId == g) : query;
        var rows = await query.OrderByDescending(r => r.account.Seq).Take(request.Limit + 1).ToListAsync(cancellationToken);
        var ids = rows.Select(r => r.account.Id).ToArray();
        var open = (await db.Positions.AsNoTracking().Where(p => ids.Contains(p.AccountId) && p.Qty != 0m).ToListAsync(cancellationToken)).ToLookup(p => p.AccountId);
        return Results.Ok(Paging.Cut(rows, request.Limit, r => r.account.Seq, r =>
        {
            var unrealized = open[r.account.Id].Sum(p => PositionMath.Unrealized(p.Qty, p.AvgPrice, prices.Find(p.Symbol)?.Price ?? p.AvgPrice));
            return View(r.account, r.binding, unrealized);
        }));
    }

    private static AccountView View(Account account, Binding binding, decimal unrealized) => new(
        account.Id, account.Name, account.Exchange, account.Mode, binding.GroupId, binding.GroupName,
        OrderAnnouncements.Plain(account.Balance), OrderAnnouncements.Plain(account.Balance + unrealized),
        OrderAnnouncements.Plain(account.RealizedPnl), OrderAnnouncements.Plain(unrealized), account.CreatedAt);
}
