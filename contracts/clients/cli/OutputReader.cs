using System.Runtime.InteropServices;

namespace TradingSystem.Cli;

/// <summary>Who reads our output, such as <c>head</c>. The runtime passes over a closed pipe in silence, and a listener would print for nobody.</summary>
internal static class OutputReader
{
    private const int StandardOutput = 1;
    private const short Gone = 0x08 | 0x10; // POLLERR and POLLHUP

    private static readonly TimeSpan Between = TimeSpan.FromSeconds(0.2);

    public static bool IsGone
    {
        get
        {
            var look = new PollFile { File = StandardOutput };
            return !OperatingSystem.IsWindows() && Poll(ref look, 1, 0) > 0 && (look.Found & Gone) != 0;
        }
    }

    /// <summary>Ends when nobody reads any more.</summary>
    public static async Task LeftAsync(CancellationToken cancellationToken)
    {
        while (!IsGone)
        {
            await Task.Delay(Between, cancellationToken);
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollFile
    {
        public int File;
        public short Asked;
        public short Found;
    }

    [DllImport("libc", EntryPoint = "poll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int Poll(ref PollFile files, nuint count, int milliseconds);
}
