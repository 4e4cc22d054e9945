using System.Buffers;
using System.Text.Json;
using CniBridge.Linux;
using CniBridge.Plugins.Json;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.State;

/// <summary>The JSON form of one kind of records.</summary>
/// <typeparam name="T">The record.</typeparam>
sealed record RecordFormat<T>(string Kind, Func<T, string> NameOf, Action<T, Utf8JsonWriter> Write, Func<JsonKeys, T> Read)
    where T : class;

/// <summary>The records of one kind.</summary>
sealed class Records<T>(RecordFormat<T> format, string root = StateDirectory.DefaultRoot)
    where T : class
{
    readonly StateDirectory _directory = new(Path.Combine(root, format.Kind));

    /// <summary>Saves the record. It replaces one with the same name.</summary>
    internal void Save(T record)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, GoJsonEncoder.Compact))
        {
            json.WriteStartObject();
            format.Write(record, json);
            json.WriteEndObject();
        }
        _directory.Write(format.NameOf(record), buffer.WrittenSpan);
    }

    /// <summary>
    /// Saves the record, or logs why it cannot be saved: on a node whose /run is read-only or full the rules work without it, as
    /// those of the Go plugins do.
    /// </summary>
    internal void TrySave(T record, TextWriter log)
    {
        try
        {
            Save(record);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.WriteLine($"could not write the record {format.Kind}/{format.NameOf(record)}, " +
                $"so cni-bridge repair cannot restore its rules: {e.Message}");
        }
    }

    /// <summary>
    /// Deletes the record, or logs that it stays on a read-only file system: its rules are gone, and another DEL could not delete it
    /// either.
    /// </summary>
    /// <exception cref="KernelException">Another failure, after which the runtime must retry DEL.</exception>
    internal void TryDelete(string name, TextWriter log)
    {
        try
        {
            TryDelete(name);
        }
        catch (KernelException e) when (e.Errno == Errno.EROFS)
        {
            log.WriteLine($"could not delete the record {format.Kind}/{name}: {e.Message}");
        }
    }

    /// <summary>Returns the record, or null if it is absent or damaged.</summary>
    internal T? TryRead(string name)
    {
        if (_directory.TryRead(name) is not { } content)
            return null;
        try
        {
            return CniJson.DecodeOrNull(new JsonText(content), format.Read, name);
        }
        catch (CniException)
        {
            return null;
        }
    }

    /// <summary>Tells whether a file with the name exists, without reading it.</summary>
    internal bool Has(string name) => _directory.Has(name);

    /// <summary>Deletes the record. Returns false if it did not exist.</summary>
    internal bool TryDelete(string name) => _directory.TryDelete(name);

    /// <summary>Returns all readable records. The cost grows with the number of pods.</summary>
    internal List<T> ReadAll()
    {
        var records = new List<T>();
        foreach (var name in _directory.List())
        {
            if (TryRead(name) is { } record)
                records.Add(record);
        }
        return records;
    }
}
