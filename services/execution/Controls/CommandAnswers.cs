namespace TradingSystem.Execution.Controls;

/// <summary>Carries a command on and answers with its receipt: the whole one if it is done soon, else what is done so far.</summary>
public sealed class CommandAnswers(CommandRunner runner, TimeProvider time, ILogger<CommandAnswers> log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task<IResult> AnswerAsync(ControlCommand command)
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
            ? Results.Accepted($"/api/v1/controls/commands/{command.Id}", Receipt.Of(command))
            : Results.Ok(Receipt.Of(command));
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
}
