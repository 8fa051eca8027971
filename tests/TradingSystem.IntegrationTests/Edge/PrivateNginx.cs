using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TradingSystem.IntegrationTests.Edge;

/// <summary>nginx of the operating system with the configuration of <c>deploy/nginx</c>, TLS with a certificate of its own, on a private port.</summary>
internal sealed class PrivateNginx(string folder) : IAsyncDisposable
{
    /// <summary>Where it calls the services from, unlike everybody else on this machine.</summary>
    public const string Address = "127.0.0.2";

    private OwnProcess? _process;
    private string? _thumbprint;

    public int Port { get; } = OwnProcess.FreePort();

    public string Log => Path.Combine(folder, "nginx.log");

    /// <summary>Every request's line, but for those that the configuration keeps out of it.</summary>
    public string AccessLog => Path.Combine(folder, "access.log");

    private static string Template => Path.GetFullPath(Path.Combine(Here(), "..", "..", "..", "deploy", "nginx", "trading.conf.template"));

    /// <summary>True for the certificate that was made for it, which nobody else vouches for.</summary>
    public bool IsOwn(X509Certificate? certificate) => certificate?.GetCertHashString() == _thumbprint;

    public async Task StartAsync(Uri front, Uri gateway, string basePath)
    {
        Directory.CreateDirectory(folder);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        _thumbprint = certificate.Thumbprint;
        await File.WriteAllTextAsync(Path.Combine(folder, "tls.crt"), certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(folder, "tls.key"), key.ExportPkcs8PrivateKeyPem());
        var site = (await File.ReadAllTextAsync(Template))
            .Replace("${LISTEN}", $"127.0.0.1:{Port}", StringComparison.Ordinal)
            .Replace("${SERVER_NAME}", "localhost", StringComparison.Ordinal)
            .Replace("${BASE_PATH}", basePath, StringComparison.Ordinal)
            .Replace("${FRONT}", front.Authority, StringComparison.Ordinal)
            .Replace("${GATEWAY}", gateway.Authority, StringComparison.Ordinal)
            .Replace("${TLS_CERTIFICATE}", Path.Combine(folder, "tls.crt"), StringComparison.Ordinal)
            .Replace("${TLS_KEY}", Path.Combine(folder, "tls.key"), StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(folder, "site.conf"), site);
        // Only what keeps it in this folder, and an address of its own: the timeouts are nginx's defaults.
        await File.WriteAllTextAsync(Path.Combine(folder, "nginx.conf"), $$"""
            daemon off;
            master_process off;
            pid {{folder}}/nginx.pid;
            error_log stderr warn;
            events { worker_connections 256; }
            http {
                access_log {{AccessLog}};
                proxy_bind {{Address}};
                client_body_temp_path {{folder}}/body;
                proxy_temp_path {{folder}}/proxy;
                fastcgi_temp_path {{folder}}/fastcgi;
                uwsgi_temp_path {{folder}}/uwsgi;
                scgi_temp_path {{folder}}/scgi;
                include {{folder}}/site.conf;
            }

            """);
        _process = OwnProcess.Start("/usr/sbin/nginx", ["-c", Path.Combine(folder, "nginx.conf"), "-p", folder], Log);
        await Wait.UntilAsync("nginx listens", async () =>
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Port);
            return true;
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.KillAsync();
            _process.Dispose();
        }
    }

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
