using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Wire.Validation;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Execution.Accounts;

/// <summary><c>/api/v1/accounts</c>.</summary>
public static class AccountsApi
{
    public static void MapAccounts(this WebApplication app)
    {
        var accounts = app.MapGroup("/api/v1/accounts").WithTags("execution");
        accounts.MapGet("/", ListAsync).RequireRole(Roles.Viewer).Operation("listAccounts", "The trade accounts, newest first").Produces<Page<AccountView>>();
        accounts.MapGet("/{id:guid}", (AccountReader reader, Guid id, CancellationToken cancellationToken) => reader.AnswerAsync(id, cancellationToken))
            .RequireRole(Roles.Viewer).Operation("getAccount", "One trade account").Produces<AccountView>().Produces<AccountError>(404);
        accounts.MapGet("/{id:guid}/audit", AuditAsync).RequireRole(Roles.Viewer).Operation("listAccountAudit", "Who did what with the account, newest first; also of one that is gone").Produces<Page<AuditView>>();
        accounts.MapChanges();
        accounts.MapSwitches();
        accounts.MapLive();
        accounts.MapBindings();
    }

    private static async Task<IResult> ListAsync(ExecutionDb db, AccountReader reader, string? group_id, string? limit, string? cursor, CancellationToken cancellationToken)
    {
        var violations = new List<FieldError>();
        var group = ListRequest.Id("group_id", group_id, violations);
        if (ListRequest.Read(limit, cursor, violations) is not { } request)
        {
            return ListRequest.Refuse(violations);
        }

        var query = db.Accounts.AsNoTracking().Where(a => a.Seq < request.Before);
        query = group is { } g ? query.Where(a => db.Bindings.Any(b => b.GroupId == g && b.AccountId == a.Id)) : query;
        var rows = await query.OrderByDescending(a => a.Seq).Take(request.Limit + 1).ToListAsync(cancellationToken);
        var views = (await reader.ViewsAsync(db, rows, cancellationToken)).ToDictionary(v => v.Id);
        return Results.Ok(Paging.Cut(rows, request.Limit, a => a.Seq, a => views[a.Id]));
    }

    /// <summary>Newest first; also of an account that is gone.</summary>
    private static async Task<IResult> AuditAsync(ExecutionDb db, Guid id, string? limit, string? cursor, CancellationToken cancellationToken)
    {
        var violations = new List<FieldError>();
        if (ListRequest.Read(limit, cursor, violations) is not { } request)
        {
            return ListRequest.Refuse(violations);
        }

        var rows = await db.AccountAudit.AsNoTracking().Where(a => a.AccountId == id && a.Seq < request.Before)
            .OrderByDescending(a => a.Seq).Take(request.Limit + 1).ToListAsync(cancellationToken);
        return Results.Ok(Paging.Cut(rows, request.Limit, a => a.Seq, a => new AuditView(a.AccountId, a.AccountName, a.Action, a.Actor, a.Detail, a.CreatedAt)));
    }
}
