using Microsoft.EntityFrameworkCore;
using Npgsql;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Gateway.Storage;

internal static class Saving
{
    /// <summary>Saves; a taken name or a change that came in between is the caller's to see, everything else is not. Null when it is saved.</summary>
    public static async Task<ConflictError?> TrySaveAsync(this DbContext db, string name, CancellationToken cancellationToken)
    {
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return null;
        }
        catch (DbUpdateConcurrencyException)
        {
            return RestError.Conflict("$", "unchanged since it was read; try again", name);
        }
        catch (DbUpdateException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            return RestError.Conflict("name", "unique", name);
        }
    }
}
