using System.CommandLine;
using System.Text.Json.Nodes;
using TradingSystem.Client;

namespace TradingSystem.Cli;

/// <summary>Prints what a bot would get, one JSON line a frame; what happens to the connection goes to the error stream.</summary>
internal static class ListenCommand
{
    public static Command Create()
    {
        var since = new Option<long?>("--since") { Description = "Begin after this seq.", HelpName = "SEQ" };
        var kind = new Option<string[]>("--kind") { Description = "Only these, such as event, order_update, config_update, ack.", HelpName = "KIND", AllowMultipleArgumentsPerToken = true };
        var count = new Option<int?>("--count") { Description = "End after so many lines.", HelpName = "N" };
        var command = new Command("listen", "Print frames as JSON lines until Ctrl-C.") { since, kind, count };
        var target = new Target().AddTo(command);
        command.SetAction((parsed, cancellationToken) => Target.RunAsync(() =>
            ListenAsync(target.Options(parsed), target.Protocol(parsed), parsed.GetValue(since), parsed.GetValue(kind) ?? [], parsed.GetValue(count), cancellationToken)));
        return command;
    }

    private static async Task<int> ListenAsync(TradingClientOptions to, int protocol, long? since, string[] kinds, int? count, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource();
        var printed = 0;

        Task Print(string kind, string line)
        {
            if ((kinds.Length == 0 || kinds.Contains(kind)) && (count is null || printed < count))
            {
                Console.Out.WriteLine(line);
                printed++;
            }

            if (printed >= count)
            {
                done.TrySetResult();
            }

            return Task.CompletedTask;
        }

        await using var bot = await TradingClient.ConnectAsync(
            new()
            {
                Url = to.Url,
                Token = to.Token,
                Protocol = protocol,
                ResumeFrom = since,
                OnAck = f => Print("ack", f.Raw.GetRawText()),
                OnEvent = f => Print("event", f.Raw.GetRawText()),
                OnOrder = f => Print("order_update", f.Raw.GetRawText()),
                OnConfig = f => Print("config_update", f.Raw.GetRawText()),
                OnGap = f => Print("gap", new JsonObject { ["type"] = "gap", ["after"] = f.After, ["first_seq"] = f.FirstSeq, ["last_seq"] = f.LastSeq }.ToJsonString()),
                OnDisconnect = f => Console.Error.WriteLineAsync($"disconnected ({f.Code} {f.Reason}), again in {f.RetryIn.TotalSeconds:0.0} s"),
            },
            cancellationToken);
        await Task.WhenAny(bot.Stopped, done.Task).WaitAsync(cancellationToken);
        return bot.Stopped.IsCompleted ? throw await bot.Stopped : 0;
    }
}
