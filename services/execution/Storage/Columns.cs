using Npgsql;
using NpgsqlTypes;

namespace TradingSystem.Execution.Storage;

/// <summary>Many rows as one array parameter a column, for <c>unnest</c>: one statement however many rows.</summary>
public sealed class Columns<T>
{
    private readonly List<string> _names = [];
    private readonly List<string> _arrays = [];
    private readonly List<Func<IReadOnlyCollection<T>, NpgsqlParameter>> _parameters = [];

    public string Names => string.Join(", ", _names);

    /// <summary>The rows as a table called <c>u</c>; its parameters are the command's first.</summary>
    public string Rows => $"unnest({string.Join(", ", _arrays)}) as u({Names})";

    public Columns<T> Uuid(string name, Func<T, Guid> value) => Add(name, "uuid", NpgsqlDbType.Uuid, value);

    public Columns<T> Uuid(string name, Func<T, Guid?> value) => Add(name, "uuid", NpgsqlDbType.Uuid, value);

    public Columns<T> Text(string name, Func<T, string?> value) => Add(name, "text", NpgsqlDbType.Text, value);

    public Columns<T> Number(string name, Func<T, decimal> value) => Add(name, "numeric", NpgsqlDbType.Numeric, value);

    public Columns<T> Number(string name, Func<T, decimal?> value) => Add(name, "numeric", NpgsqlDbType.Numeric, value);

    public Columns<T> Long(string name, Func<T, long> value) => Add(name, "bigint", NpgsqlDbType.Bigint, value);

    public Columns<T> Flag(string name, Func<T, bool> value) => Add(name, "boolean", NpgsqlDbType.Boolean, value);

    public Columns<T> Time(string name, Func<T, DateTimeOffset> value) => Add(name, "timestamptz", NpgsqlDbType.TimestampTz, x => value(x).UtcDateTime);

    public Columns<T> Time(string name, Func<T, DateTimeOffset?> value) => Add(name, "timestamptz", NpgsqlDbType.TimestampTz, x => value(x)?.UtcDateTime);

    public Columns<T> Date(string name, Func<T, DateOnly> value) => Add(name, "date", NpgsqlDbType.Date, value);

    public NpgsqlBatchCommand Command(string sql, IReadOnlyCollection<T> rows)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in _parameters)
        {
            command.Parameters.Add(parameter(rows));
        }

        return command;
    }

    private Columns<T> Add<TValue>(string name, string type, NpgsqlDbType dbType, Func<T, TValue> value)
    {
        _names.Add(name);
        _arrays.Add($"${_names.Count}::{type}[]");
        _parameters.Add(rows =>
        {
            var values = new TValue[rows.Count];
            var i = 0;
            foreach (var row in rows)
            {
                values[i++] = value(row);
            }

            return new NpgsqlParameter<TValue[]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | dbType };
        });
        return this;
    }
}
