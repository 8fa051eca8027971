using Microsoft.EntityFrameworkCore;

namespace TradingSystem.Execution.Storage;

/// <summary>
/// Some tables of the service, described where their rows are. <see cref="ExecutionDb"/> finds every one by itself, so it knows none of them.
/// </summary>
internal interface ITables
{
    void Describe(ModelBuilder model);
}
