using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Execution.Accounts;

/// <summary><c>/api/v1/accounts</c>.</summary>
public static class AccountsApi
{
    public static void MapAccounts(this WebApplication app)
    {
        var accounts = app.MapGroup("/api/v1/accounts").WithTags("execution");
        accounts.MapGet("/", ListAsync).RequireRole(Roles.Viewer).Operation("listAccounts", "The trade accounts, newest first");
        accounts.MapGet("/{id:guid}", GetAsync).RequireRole(Roles.Viewer).Operation("getAccount", "One trade account");
        accounts.MapGet("/{id:guid}/audit", AuditAsync)
            .RequireRole(Roles.Viewer).Operation("listAccountAudit", "Who did what with the account, newest first; also of one that is gone");
        accounts.MapChanges();
        accounts.MapSwitches();
        accounts.MapLive();
        accounts.MapBindings();
    }

    private static async Task<Results<Ok<AccountView>, NotFoundError>> GetAsync(AccountReader reader, Guid id, CancellationToken cancellationToken) =>
        await reader.ViewAsync(id, cancellationToken) is { } view ? TypedResults.Ok(view) : RestError.NotFound(id);

    private static async Task<Ok<Page<AccountView>>> ListAsync(
        ExecutionDb db, AccountReader reader, Guid? group_id, [AsParameters] ListQuery list, CancellationToken cancellationToken)
    {
        var query = db.Accounts.AsNoTracking().Where(a => a.Seq < list.Before);
        query = group_id is { } g ? query.Where(a => db.Set<Binding>().Any(b => b.GroupId == g && b.AccountId == a.Id)) : query;
        var rows = await query.OrderByDescending(a => a.Seq).Take(list.Take).ToListAsync(cancellationToken);
        var views = (await reader.ViewsAsync(db, rows, cancellationToken)).ToDictionary(v => v.Id);
        return TypedResults.Ok(list.Page(rows, a => a.Seq, a => views[a.Id]));
    }

    /// <summary>Newest first; also of an account that is gone.</summary>
    private static async Task<Ok<Page<AuditView>>> AuditAsync(ExecutionDb db, Guid id, [AsParameters] ListQuery list, CancellationToken cancellationToken)
    {
        var rows = await db.AccountAudit.AsNoTracking().Where(a => a.AccountId == id && a.Seq < list.Before)
            .OrderByDescending(a => a.Seq).Take(list.Take).ToListAsync(cancellationToken);
        return TypedResults.Ok(list.Page(rows, a => a.Seq, a => new AuditView(a.AccountId, a.AccountName, a.Action, a.Actor, a.Detail, a.CreatedAt)));
    }
}
