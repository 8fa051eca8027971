using Microsoft.AspNetCore.Http.HttpResults;
using TradingSystem.Hosting.Rest;

namespace TradingSystem.Execution.Controls;

/// <summary>Carries a command on and answers with its receipt: the whole one if it is done soon, else what is done so far.</summary>
public sealed class CommandAnswers(CommandRunner runner, ReceiptReader receipts, TimeProvider time, ILogger<CommandAnswers> log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ReadDeadline = TimeSpan.FromSeconds(5);

    public async Task<Results<Ok<Receipt>, Accepted<Receipt>, RestError, NotFoundError>> AnswerAsync(ControlCommand command)
    {
        // It goes on when nobody waits any more; should it fail, the worker takes it up.
        var running = RunAsync(command);
        try
        {
            command = await running.WaitAsync(Patience, time);
        }
        catch (TimeoutException)
        {
            // The receipt is asked for again.
        }

        return command.CompletedAt is null
            ? TypedResults.Accepted($"/api/v1/controls/commands/{command.Id}", await NowAsync(command))
            : TypedResults.Ok(Receipt.Of(command));
    }

    /// <summary>Of one that runs; should it not be readable, the command is saved all the same and its receipt is asked for again.</summary>
    private async Task<Receipt> NowAsync(ControlCommand command)
    {
        using var deadline = new CancellationTokenSource(ReadDeadline, time);
        try
        {
            return (await receipts.ReadAsync([command], deadline.Token))[command.Id];
        }
        catch (Exception e)
        {
            CommandAnswersLog.NotRead(log, command.Kind, command.Id, e);
            return Receipt.Of(command);
        }
    }

    private async Task<ControlCommand> RunAsync(ControlCommand command)
    {
        try
        {
            return await runner.RunAsync(command.Id, waits: true, CancellationToken.None);
        }
        catch (Exception e)
        {
            CommandAnswersLog.RoundFailed(log, command.Kind, command.Id, e);
            return command;
        }
    }
}

internal static partial class CommandAnswersLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Kind} {Id} could not be carried on; it is tried again")]
    public static partial void RoundFailed(ILogger logger, string kind, Guid id, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "What {Kind} {Id} has done so far could not be read for its answer")]
    public static partial void NotRead(ILogger logger, string kind, Guid id, Exception exception);
}
