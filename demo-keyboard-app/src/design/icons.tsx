import { icon } from '@murmuration/ui/icons/icons';

export const ShiftIcon = icon('M12 4 4.5 12H9v7h6v-7h4.5z');
export const LockIcon = icon('M12 3 4.5 11H9v5h6v-5h4.5zM8 20h8');
export const EraseIcon = icon('M9 5h11v14H9l-6-7zM12 9.5l5 5M17 9.5l-5 5');
export const SendIcon = icon('M12 19V5M5.5 11.5 12 5l6.5 6.5');
export const InstallIcon = icon('M12 4v11M7 10.5l5 5 5-5M5 20h14');
export const PenIcon = icon('M4 20l1-4L16 5l3 3L8 19zM14 7l3 3');
export const StopIcon = icon('M7 7h10v10H7z');
