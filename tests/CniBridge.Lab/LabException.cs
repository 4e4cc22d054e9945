namespace CniBridge.Lab;

/// <summary>The error for a program of the lab that failed. The message contains all that is known.</summary>
sealed class LabException(string message) : Exception(message);
