using Microsoft.EntityFrameworkCore;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Storage;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Execution.Accounts;

/// <summary>The way to trading live: asked for, confirmed, or forgotten. On an account that is locked or new.</summary>
internal static class LiveSteps
{
    /// <summary>Leaves the account inactive until its owner confirms with the code that is returned.</summary>
    public static LiveCodeView Request(ExecutionDb db, Account account, string actor, DateTimeOffset now)
    {
        var (row, code) = LiveCode.Create(account.Id, actor, now);
        account.Active = false;
        account.LiveConfirmation = LiveConfirmations.Pending;
        db.LiveCodes.Add(row);
        db.Audit(account, AuditActions.LiveRequested, actor, now);
        return new(code, row.ExpiresAt);
    }

    /// <summary>Drops the code; the account counts as not live.</summary>
    public static async Task ForgetAsync(ExecutionDb db, Account account, CancellationToken cancellationToken)
    {
        account.LiveConfirmation = LiveConfirmations.None;
        await db.LiveCodes.Where(c => c.AccountId == account.Id).ExecuteDeleteAsync(cancellationToken);
    }

    /// <summary>Null when name and code are right: the account is confirmed then. A wrong one counts as a try.</summary>
    public static async Task<RestError?> ConfirmAsync(
        ExecutionDb db, Account account, string name, string code, string actor, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var row = await db.LiveCodes.SingleOrDefaultAsync(c => c.AccountId == account.Id, cancellationToken);
        if (row is null || row.IsOver(now))
        {
            return Refuse(db, account, actor, now, RestCodes.LiveCodeOver, "code", "younger than ten minutes, with at most four wrong tries; ask for another with live-code");
        }

        row.Attempts++;
        if (!row.Matches(code))
        {
            return Refuse(db, account, actor, now, RestCodes.LiveCodeWrong, "code", "the code that asking for live answered");
        }

        if (name != account.Name)
        {
            return Refuse(db, account, actor, now, RestCodes.LiveNameDiffers, "name", "the account's name");
        }

        account.LiveConfirmation = LiveConfirmations.Confirmed;
        db.LiveCodes.Remove(row);
        db.Audit(account, AuditActions.LiveConfirmed, actor, now, $"asked for by {row.RequestedBy}");
        return null;
    }

    private static ConflictError Refuse(ExecutionDb db, Account account, string actor, DateTimeOffset now, string errorCode, string path, string rule)
    {
        db.Audit(account, AuditActions.LiveRefused, actor, now, errorCode);
        return RestError.Conflict(path, rule, "", errorCode);
    }
}
